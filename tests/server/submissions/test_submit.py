"""The form without scripts: faults beside their fields, a preview, a private link, the map."""

import logging

import pytest
from fastapi.testclient import TestClient

from layers.submissions import review
from server.observed import route_of
from tests.server.private_link import link_on, open_link

COVERAGE = "/api/v1/regions/toy/coverage?category=repair_cafe&mode=walk&minutes=4"
API = "/api/v1/regions/toy/submissions"
BAKERY = "osm:n1001"


def covered(client):
    return client.get(COVERAGE).json()["covered"]


def test_a_suggestion_travels_from_the_form_to_map_and_figures(client, send, register, atlas):
    before = covered(client)
    link = send()
    assert "wartet auf Prüfung" in client.get(f"{link}?lang=de").text
    assert covered(client) == before
    (given,) = review.waiting(register, "toy")
    entry_id = review.accept(register, atlas(), given.id, who="ada")
    assert covered(client) > before
    shown = client.get(f"/api/v1/regions/toy/offers/{entry_id}").json()["properties"]
    assert (shown["name"], shown["opening_hours"]) == ("Reparatur am Markt", "Mo-We 09:00-12:00")
    assert "email" not in shown
    page = client.get(f"{link}?lang=de").text
    assert "wurde übernommen" in page
    assert f"/r/toy/submit?offer={entry_id.replace(':', '%3A')}" in page


def test_nothing_of_what_waits_is_public(client, send, form):
    planted = "zappelphilipp"
    link = send(
        name=f"{planted} Name",
        description=f"{planted} beschreibt",
        email=f"{planted}@example.org",
        website=f"https://{planted}.example.org",
        note=f"{planted} sagt",
        sender_name=planted,
        is_released="1",
    )
    asked = [
        "/", "/r/toy", "/r/toy/offers", f"/r/toy/offers?q={planted}", f"/r/toy?q={planted}",
        "/r/toy/planner", "/r/toy/map", "/r/toy/submit", "/embed/toy", "/sources",
        "/openapi.json", "/ogc/collections",
        f"/api/v1/regions/toy/offers?q={planted}", "/api/v1/regions/toy/offers?limit=1000",
        "/api/v1/regions/toy", "/api/v1/regions/toy/categories", "/metrics", "/r/toy/notices",
        COVERAGE, f"{COVERAGE}&f=geojson", f"{COVERAGE}&f=csv",
    ]  # fmt: skip
    items = client.get("/ogc/collections", headers={"accept": "application/json"}).json()
    for collection in items["collections"]:
        asked.append(f"/ogc/collections/{collection['id']}/items?limit=1000&f=json")
    for path in asked:
        answer = client.get(path, follow_redirects=True)
        told = answer.text.replace(f"q={planted}", "").replace(f'value="{planted}"', "")
        assert planted not in told, path
    again = client.post("/r/toy/submit", data={**form, "name": f"{planted} Name", "do": "preview"})
    assert planted not in again.text.replace(f"{planted} Name", "")
    assert planted in client.get(link).text


def test_a_private_link_is_told_to_nobody(client, send, form):
    link = send()
    for path in (link, f"{link}/change"):
        answer = client.get(path)
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert "noindex" in answer.headers["x-robots-tag"]
    answer = client.post("/r/toy/submit", data={**form, "do": "send"})
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert client.get("/s/" + "a" * 43).status_code == 404
    assert client.post("/s", data={"link": "a" * 43}).status_code == 404


def test_logs_name_the_route_and_never_the_link(make_client, form, caplog, tmp_path):
    client = make_client(
        log_format="json", database_url=f"sqlite:///{tmp_path / 'register.sqlite'}"
    )
    with caplog.at_level(logging.DEBUG):
        sent = client.post("/r/toy/submit", data={**form, "do": "send"}, follow_redirects=False)
        page = sent.headers["location"].partition("?")[0]
        shown = client.get(page)
        assert shown.status_code == 200
        link = link_on(shown.text)
        client.cookies.clear()
        assert open_link(client, link) == page
        client.post(page, data={"do": "withdraw"})
        client.post("/s", data={"link": f"wrong-{link}"})
    told = [str(r.__dict__) for r in caplog.records if not r.name.startswith("httpx")]
    assert any("/s/{key}" in line for line in told)
    token, key = link.partition("#")[2], page.rpartition("/")[2]
    assert all(token not in line and key not in line for line in told)
    metrics = route_of({"path": page, "route": None})
    assert metrics == "none"


def test_faults_stand_beside_their_fields_and_in_a_summary(client, form):
    wrong = {
        **form, "name": "", "category": "", "lon": "", "lat": "", "phone": "abc",
        "from-0": "", "website": "javascript:alert(1)", "consent": "",
    }  # fmt: skip
    answer = client.post("/r/toy/submit?lang=en", data=wrong)
    assert answer.status_code == 400
    for field in ("name", "category", "address", "from-0", "website", "phone", "consent"):
        assert f'id="{field}-fault"' in answer.text, field
        assert f'<a href="#{field}">' in answer.text, field
        assert f"{field}-fault" in answer.text.partition('id="submit-form"')[2], field
    assert "7 things are missing or not right" in answer.text
    assert 'value="geheim@example.org"' in answer.text  # what was typed stays


def test_nothing_is_sent_before_it_was_shown(client, form, register):
    answer = client.post("/r/toy/submit?lang=en", data=form)
    assert answer.status_code == 200
    assert "Nothing has been sent yet" in answer.text
    assert "09:00–12:00" in answer.text
    assert review.waiting(register, "toy") == []
    back = client.post("/r/toy/submit", data={**form, "do": "edit"})
    assert 'value="Reparatur am Markt"' in back.text


def test_likely_duplicates_are_shown_before_it_is_sent(client, form, toy_atlas):
    known = toy_atlas.offers[toy_atlas.offers.row("osm:n1002")]
    told = {**form, "name": "Repaircafe Öd", "lon": f"{known.lon}", "lat": f"{known.lat}"}
    page = client.post("/r/toy/submit?lang=en", data=told).text
    assert "Is it this one?" in page
    assert "/r/toy/submit?offer=osm%3An1002" in page


def test_a_correction_starts_filled_and_keeps_what_differs(client, register, toy_atlas):
    page = client.get(f"/r/toy/submit?offer={BAKERY}").text
    name = toy_atlas.offers[toy_atlas.offers.row(BAKERY)].name
    assert 'value="Bäckerei Groß &amp; Söhne"' in page
    assert name == "Bäckerei Groß & Söhne"
    told = {
        "name": "Bäckerei Groß", "category": "greengrocer_bakery", "hours": "unknown",
        "consent": "1", "begun": "1", "do": "send",
    }  # fmt: skip
    answer = client.post(f"/r/toy/submit?offer={BAKERY}", data=told)
    assert answer.status_code == 303
    (given,) = review.waiting(register, "toy")
    assert given.offer_id == BAKERY
    assert given.content["name"] == "Bäckerei Groß"
    assert "lon" not in given.content


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"homepage": "http://spam"}, "looks like a program"), ({"begun": "9999999999"}, "quickly")],
)
def test_programs_are_asked_to_look_again(client, form, register, changed, said):
    answer = client.post("/r/toy/submit?lang=en", data={**form, "do": "send", **changed})
    assert answer.status_code == 400
    assert said in answer.text
    assert review.waiting(register, "toy") == []


def test_the_sixth_suggestion_of_an_hour_waits(client, form, send):
    for _ in range(5):
        send()
    answer = client.post("/r/toy/submit", data={**form, "do": "send"})
    assert answer.status_code == 429
    assert 600 < int(answer.headers["retry-after"]) <= 720


def test_who_sends_from_elsewhere_is_counted_apart(app, form):
    def sent_from(address):
        client = TestClient(app, client=("127.0.0.1", 5000), follow_redirects=False)
        headers = {"x-forwarded-for": address}
        data = {**form, "do": "send"}
        return client.post("/r/toy/submit", data=data, headers=headers).status_code

    assert [sent_from("203.0.113.7") for _ in range(6)] == [303] * 5 + [429]
    assert sent_from("198.51.100.9") == 303


def test_senders_change_withdraw_and_delete_their_data(client, send, form, register):
    link = send()
    assert 'value="Reparatur am Markt"' in client.get(f"{link}/change").text
    told = {**form, "name": "Anders", "do": "send"}
    assert client.post(f"{link}/change", data=told).headers["location"] == link
    assert "Anders" in client.get(link).text
    assert "eva@example.org" in client.get(link).text
    client.post(link, data={"do": "forget"})
    assert "eva@example.org" not in client.get(link).text
    client.post(link, data={"do": "withdraw"})
    assert review.waiting(register, "toy") == []
    assert client.get(f"{link}/change").status_code == 303


def test_a_form_of_another_site_is_refused(client, form):
    headers = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    answer = client.post("/r/toy/submit", data={**form, "do": "send"}, headers=headers)
    assert answer.status_code == 403


def test_pages_that_tell_no_origin_still_send_their_forms(client, send):
    link = send()
    headers = {"origin": "null", "sec-fetch-site": "same-origin"}
    assert client.post(link, data={"do": "withdraw"}, headers=headers).status_code == 303
    foreign = {"origin": "null", "sec-fetch-site": "cross-site"}
    assert client.post(link, data={"do": "withdraw"}, headers=foreign).status_code == 403
    assert client.post("/r/toy/submit", headers={"origin": "null"}).status_code == 403


def test_hostile_words_stay_words(client, send):
    hostile = "<img src=x onerror=alert(1)>${7*7}`"
    page = client.get(send(name=hostile, description=hostile, note=hostile)).text
    assert "<img src=x" not in page
    assert page.count("&lt;img src=x onerror=alert(1)&gt;") >= 3
