"""The pages of text: who runs an installation, whose data it is, what becomes of visitors."""

import re

import pytest
from fastapi.testclient import TestClient


@pytest.mark.parametrize("page", ["/about", "/privacy", "/accessibility", "/sources"])
@pytest.mark.parametrize("language", ["de", "en"])
def test_every_page_of_text_is_there_in_both_languages(
    client: TestClient, page: str, language: str
):
    answer = client.get(page, params={"lang": language})
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    assert answer.text.count("<h1>") == 1
    for other in ("/about", "/privacy", "/accessibility", "/sources"):
        assert f'href="{other}?lang={language}"' in answer.text


def test_an_operator_and_a_contact_are_named_as_text(make_client):
    client = make_client(operator="Stadt <Muster>", contact="amt@example.org")
    page = client.get("/privacy?lang=de").text
    assert "Stadt &lt;Muster&gt;" in page
    assert '<a href="mailto:amt@example.org">amt@example.org</a>' in page


@pytest.mark.parametrize("contact", ["javascript:alert(1)", "a@b?cc=c@d", "call us"])
def test_what_is_no_address_of_the_web_is_no_link(make_client, contact: str):
    page = make_client(contact=contact).get("/about").text
    assert re.search(r"<a href=\"[^\"]*(javascript|mailto)", page) is None


def test_an_installation_without_an_operator_says_so(client: TestClient):
    assert "UMKREIS_OPERATOR" in client.get("/about").text
    assert "UMKREIS_CONTACT" in client.get("/accessibility").text


def test_sources_name_files_with_date_and_licence_and_the_vendored_parts(client: TestClient):
    page = re.sub(r"\s+", " ", client.get("/sources?lang=en").text)
    assert "<td>ODbL-1.0</td>" in page
    assert re.search(r"<th scope=\"row\">leaflet</th><td>1\.9\.4</td><td>BSD-2-Clause</td>", page)
