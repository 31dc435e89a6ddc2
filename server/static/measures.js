/* What can be tried out beside the answer: where another offer helps most, and scenarios. Everything
   is asked of the interface; the server stores none. */

import { askJson, element, fill } from "./dom.js";
import { Figures } from "./figures.js";
import { ScenarioEditor } from "./scenario_editor.js";
import { makeSortable, makeTable, tableFile } from "./table.js";
import { button } from "./trial_list.js";

export class Measures {
  constructor(map, { announce, complain }) {
    this.map = map;
    this.announce = announce;
    this.complain = complain;
    this.editor = new ScenarioEditor(map, { announce });
  }

  /* Takes up the controls of a new answer. */
  attach(data) {
    this.data = data;
    this.texts = data.texts;
    this.figures = new Figures(data);
    this.asking?.abort();
    this.editor.attach(data);
    this.outcome = document.querySelector('[data-try="site"]');
    document.querySelector('[data-try="next"]')?.addEventListener("click", () => this.nextSite());
  }

  /* Comes after each drawing. */
  open() {
    return this.editor.open();
  }

  async nextSite() {
    this.asking?.abort();
    const own = (this.asking = new AbortController());
    const { outcome } = this;
    outcome.setAttribute("aria-busy", "true");
    try {
      this.showSite(await askJson(this.data.sites_url, { signal: own.signal }));
      this.complain("");
    } catch (error) {
      if (error.name !== "AbortError") this.complain(this.texts.failed);
    } finally {
      outcome.removeAttribute("aria-busy");
    }
  }

  showSite(found) {
    const { texts, figures, outcome } = this;
    const [site] = found.sites;
    const lines = site ? this.sentences(site, found) : [texts.no_site];
    const parts = [];
    if (site) {
      this.map.trial.markBest(site);
      const rows = found.by_district
        .filter((row) => row.gained !== 0)
        .map((row) => [row.name, { text: figures.change(row.gained), value: row.gained ?? "" }]);
      const table = makeTable([texts.district, texts.newly], rows);
      makeSortable(table, { label: texts.sort, onSort: () => {} });
      const note = figures.sumNote(found.gained, found.by_district.map((row) => row.gained));
      const file = tableFile(table, texts.save_table, "umkreis-sites");
      parts.push(table, file, ...(note ? [element("p", note, "soft")] : []), button(texts.try_here, "quiet", () => {
        outcome.replaceChildren();
        this.editor.tryBest(site);
        this.editor.list.focusWords(this.editor.document.changes.length - 1);
      }));
    }
    outcome.replaceChildren(...lines.map((line) => element("p", line)), ...parts);
    this.announce(lines.join(" "));
  }

  sentences(site, found) {
    const { texts, figures } = this;
    const values = {
      district: site.district, how: this.data.site_how, gained: figures.people(site.gained),
      metres: figures.number(site.landmark_m || 0), landmark: site.landmark?.name,
      n: figures.number(found.candidates.count), gap: figures.share(found.proof.gap),
    };
    const lines = [
      fill(site.landmark?.name ? texts.site_near : texts.site, values),
      fill(found.proof.proven ? texts.site_proven : texts.site_not_proven, values),
    ];
    return this.editor.document.isEmpty ? lines : [...lines, texts.best_without];
  }
}
