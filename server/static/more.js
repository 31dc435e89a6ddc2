/* What else is known of the supply, and how sure the verdicts are: told after the page is drawn, so
   that it holds nothing up. What fails or says nothing is left out. */

import { askJson, element, fill } from "./dom.js";
import { Words } from "./words.js";

const MOST_CHAINS = 30; // of an answer
const SURE = ["served", "underserved"]; // in every variant

export class More {
  constructor(map) {
    this.partners = new Map(); // id of an offer → what is told of its partners
    map.tell.onPartners = (id, link) => this.tellPartners(id, link);
  }

  attach(data) {
    this.data = data;
    this.words = new Words(data);
  }

  async tell() {
    const { data } = this;
    const { more, resilience_url: resilience, equity_url: equity } = data;
    const found = await Promise.allSettled(
      [resilience, equity, more.access, more.rooms, more.stability].map((url) => (url ? askJson(url) : Promise.reject(new Error("not asked")))),
    );
    if (this.data !== data) return; // a later answer came first
    const [second, shortfall, access, rooms, stability] = found.map((each) => each.value);
    const lines = [
      ...(second ? this.ofSecondOffers(second) : []), ...(shortfall ? this.ofShortfall(shortfall) : []),
      ...(access?.by_district ? this.ofAccess(access) : []), ...(rooms?.groups ? this.ofRooms(rooms) : []),
    ];
    document.getElementById("second").replaceChildren(...lines.map((line) => element("li", line)));
    document.getElementById("more").hidden = !lines.length;
    if (stability?.by_district) this.tellStability(stability.by_district);
  }

  ofSecondOffers({ covered_twice: twice, residents, share_twice: share, critical }) {
    const { texts } = this.data;
    const lines = [];
    if (typeof twice === "number" && typeof share === "number") {
      const values = { n: this.words.number(twice), residents: this.words.number(residents), share: this.words.share(share) };
      lines.push(fill(texts.twice, values));
    }
    const [worst] = critical || [];
    if (worst?.lose) {
      const values = { offer: worst.name, n: this.words.number(worst.lose) };
      lines.push(fill(worst.name ? texts.critical : texts.critical_nameless, values));
    }
    return lines;
  }

  ofShortfall({ missing_min: missing }) {
    return typeof missing === "number" ? [fill(this.data.texts.missing, { n: this.words.number(missing) })] : [];
  }

  /* Offers per head, and where there are fewest. */
  ofAccess({ per_10000: mean, by_district: rows }) {
    const { texts, more } = this.data;
    const known = rows.filter((row) => row.per_10000 !== null).sort((a, b) => a.per_10000 - b.per_10000);
    if (typeof mean !== "number" || !known.length) return [];
    const none = known.filter((row) => row.per_10000 === 0).length;
    const values = {
      mode: more.mode_name, n: this.words.number(mean), k: this.words.number(none),
      district: known[0].name, least: this.words.number(known[0].per_10000),
    };
    return [fill(none > 1 ? texts.access_none : texts.access_told, values)];
  }

  ofRooms({ rooms, groups }) {
    if (!groups.length) return [];
    const values = {
      groups: this.words.number(groups.length), rooms: this.words.number(rooms.length),
      reached: this.words.number(groups.filter((group) => group.rooms.length).length),
    };
    return [fill(this.data.texts.rooms_told, values)];
  }

  /* Each district's mark in the ranking, and all of them in a sentence. */
  tellStability(rows) {
    const { texts } = this.data;
    const judged = rows.filter((row) => SURE.includes(row.verdict) || row.verdict === "depends");
    const byId = new Map(judged.map((row) => [row.id, row.verdict]));
    for (const row of document.querySelectorAll("#ranking tbody tr")) {
      const verdict = byId.get(row.dataset.id);
      if (!verdict) continue;
      const mark = element("span", "", `sureness ${verdict}`);
      mark.setAttribute("role", "img");
      mark.setAttribute("aria-label", texts[`verdict_${verdict}`]);
      mark.title = texts[`verdict_${verdict}`];
      row.querySelector("td.share").append(mark);
    }
    const depends = judged.filter((row) => row.verdict === "depends").length;
    const values = { same: this.words.number(judged.length - depends), all: this.words.number(judged.length), depends: this.words.number(depends) };
    const line = document.getElementById("stable");
    line.textContent = `${fill(texts.stable, values)} ${texts.stable_why}`;
    line.hidden = document.getElementById("marks").hidden = !judged.length;
  }

  /* How many partners the link of an offer leads to; asked once. */
  async tellPartners(id, link) {
    const { data } = this;
    if (!this.partners.has(id)) this.partners.set(id, askJson(data.more.partners + encodeURIComponent(id)).catch(() => null));
    const found = await this.partners.get(id);
    if (!found?.partners.length) return;
    const text = found.chains.length ? data.texts.partners_told : data.texts.partners_only;
    link.textContent = fill(text, { n: this.words.number(found.total), chains: `${this.words.number(found.chains.length)}${found.chains.length < MOST_CHAINS ? "" : "+"}` });
  }
}
