/* What can be tried out beside the answer: the next site and an offer on trial. Everything is asked of
   the interface; the server stores none. */

import { askJson, element, fill, postJson } from "./dom.js";

const HASH = /^#try=(-?[\d.]+),(-?[\d.]+)$/; // an offer on trial, in the address alone

export class Measures {
  constructor(map, { announce, complain }) {
    this.map = map;
    this.announce = announce;
    this.complain = complain;
    map.tell.onPlace = (lon, lat) => this.place(lon, lat);
  }

  /* Takes up the controls of a new answer. */
  attach(data) {
    this.data = data;
    this.texts = data.texts;
    this.number = new Intl.NumberFormat(data.language);
    this.signed = new Intl.NumberFormat(data.language, { signDisplay: "exceptZero" });
    this.percent = new Intl.NumberFormat(data.language, { style: "percent" });
    this.asking?.abort();
    const box = document.getElementById("try");
    this.controls = null;
    if (!box) return;
    const named = (name) => box.querySelector(`[data-try="${name}"]`);
    this.controls = Object.fromEntries(["next", "place", "middle", "reset", "hint", "outcome"].map((name) => [name, named(name)]));
    const { next, place, middle, reset } = this.controls;
    next.addEventListener("click", () => this.nextSite());
    place.addEventListener("click", () => this.setPlacing(place.getAttribute("aria-pressed") !== "true"));
    middle.addEventListener("click", () => this.map.trial.placeInMiddle());
    reset.addEventListener("click", () => this.reset());
    box.hidden = false;
  }

  /* Comes after the first drawing: the offer on trial that the address names. */
  open() {
    const [, lon, lat] = HASH.exec(location.hash) || [];
    if (this.controls && lon) this.place(Number(lon), Number(lat));
  }

  /* Only the newest of what is tried out is shown. */
  async attempt(work) {
    this.asking?.abort();
    const own = (this.asking = new AbortController());
    const { outcome } = this.controls;
    outcome.setAttribute("aria-busy", "true");
    try {
      await work(own.signal);
      this.complain("");
    } catch (error) {
      if (error.name !== "AbortError") this.complain(this.texts.failed);
    } finally {
      outcome.removeAttribute("aria-busy");
    }
  }

  people(count) {
    return count === null ? this.texts.few : this.number.format(count);
  }

  share(value) {
    return value === null ? "–" : this.percent.format(value);
  }

  setPlacing(isOn) {
    const { place, middle, hint } = this.controls;
    place.setAttribute("aria-pressed", String(isOn));
    middle.hidden = hint.hidden = !isOn;
    this.map.trial.setPlacing(isOn);
  }

  reset() {
    this.asking?.abort();
    this.setPlacing(false);
    this.map.trial.clear();
    this.controls.outcome.replaceChildren();
    this.controls.reset.hidden = true;
    this.remember("");
    this.controls.place.focus();
  }

  remember(hash) {
    history.replaceState(null, "", location.pathname + location.search + hash);
  }

  show(lines, ...parts) {
    const { outcome, reset } = this.controls;
    outcome.replaceChildren(...lines.map((line) => element("p", line)), ...parts);
    reset.hidden = false;
    this.announce(lines.join(" "));
  }

  nextSite() {
    return this.attempt(async (signal) => {
      const found = await askJson(this.data.sites_url, { signal });
      const [site] = found.sites;
      if (!site) {
        this.map.trial.clear();
        this.show([this.texts.no_site]);
        return;
      }
      const values = {
        district: site.district, how: this.data.reach.how, gained: this.people(site.gained),
        metres: this.number.format(site.landmark_m || 0), landmark: site.landmark?.name,
        n: this.number.format(found.candidates.count), gap: this.percent.format(found.proof.gap),
      };
      const lines = [
        fill(site.landmark?.name ? this.texts.site_near : this.texts.site, values),
        fill(found.proof.proven ? this.texts.site_proven : this.texts.site_not_proven, values),
      ];
      const gains = found.by_district.filter((row) => row.gained !== 0);
      const rows = gains.map((row) => [row.name, row.gained === null ? "< 25" : this.signed.format(row.gained)]);
      this.setPlacing(false);
      this.remember("");
      this.map.trial.mark(site.lon, site.lat, { zoom: true });
      const button = element("button", this.texts.try_here, "quiet");
      button.type = "button";
      button.addEventListener("click", () => this.place(site.lon, site.lat));
      this.show(lines, this.table([this.texts.district, this.texts.newly], rows), button);
    });
  }

  place(lon, lat) {
    if (!this.controls) return undefined;
    const at = { lon: Number(lon.toFixed(5)), lat: Number(lat.toFixed(5)) };
    const { question } = this.data;
    const [category] = question.category.split(",");
    const scenario = { version: 1, name: this.texts.trial, changes: [{ do: "add_offer", category, ...at }] };
    const limit = question.minutes === null ? { metres: question.metres } : { minutes: question.minutes };
    const asked = { scenario, category: question.category.split(","), mode: question.mode, ...limit };
    this.map.trial.mark(at.lon, at.lat);
    return this.attempt(async (signal) => {
      const told = await postJson(this.data.scenarios_url, asked, { signal });
      this.remember(`#try=${at.lon},${at.lat}`);
      this.show(this.sentences(told), this.comparison(told), this.file(scenario));
    });
  }

  sentences({ before, after, difference }) {
    const { texts } = this;
    const change = difference.covered;
    if (change === null || before.covered === null || after.covered === null) return [texts.trial_withheld];
    const values = {
      how: this.data.question_how, before: this.number.format(before.covered), after: this.number.format(after.covered),
      residents: this.number.format(after.residents), share: this.share(after.share), change: this.number.format(change),
    };
    return [fill(texts.trial_result, values), change ? fill(texts.trial_more, values) : texts.trial_none];
  }

  comparison({ before, after, difference }) {
    const { texts } = this;
    const change = (value) => (value === null ? "–" : this.signed.format(value));
    const rows = [[texts.region, this.share(before.share), this.share(after.share), change(difference.covered)]];
    difference.by_district.forEach((row, i) => {
      if (row.gained === 0 && row.lost === 0) return;
      rows.push([row.name, this.share(before.by_district[i].share), this.share(after.by_district[i].share), change(row.covered)]);
    });
    return this.table([texts.district, texts.before, texts.after, texts.change], rows);
  }

  table(columns, rows) {
    const table = element("table");
    const head = table.createTHead().insertRow();
    columns.forEach((name, i) => {
      const cell = element("th", name, i ? "num" : "");
      cell.scope = "col";
      head.append(cell);
    });
    const body = table.createTBody();
    for (const values of rows) {
      const row = body.insertRow();
      values.forEach((value, i) => {
        const cell = element(i ? "td" : "th", value, i ? "num" : "");
        if (!i) cell.scope = "row";
        row.append(cell);
      });
    }
    return table;
  }

  file(scenario) {
    const link = element("a", this.texts.trial_file, "more");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(scenario, null, 1)], { type: "application/json" }));
    link.download = "umkreis-scenario.json";
    return link;
  }
}
