/* The scenario editor of the planner's page: tools change the document, the interface answers, and
   list, words, tables and map show the same answer. The server stores what a planner saves there. */

import { Comparison } from "./compare.js";
import { fill, postJson } from "./dom.js";
import { Figures } from "./figures.js";
import { faultsByChange, MAX_BYTES, MAX_CHANGES, readDocument, readFragment, roundedPlace, saveAs, ScenarioDocument } from "./scenario.js";
import { readStored, ScenarioStore } from "./scenario_store.js";
import { TimetableLists } from "./timetable_lists.js";
import { TrialList } from "./trial_list.js";
import { TrialOutcome, wordsOf } from "./trial_outcome.js";
import { TrialPopups } from "./trial_popups.js";
import { TrialTools } from "./trial_tools.js";

const PARTS = ["outcome", "brief", "details", "trouble", "views", "undo", "reset", "copy", "save", "open", "file", "link"];

const ABOUT_RIDES = ["change_headway", "close_stop", "move_stop", "extend_line", "add_line"];

export class ScenarioEditor {
  constructor(map, { announce }) {
    this.map = map;
    this.announce = announce;
    this.document = new ScenarioDocument();
    this.streets = new Map(); // a change as text → what the interface found of its street
    this.names = new Map(); // id of an offer → its name, also of those no longer shown
    this.best = null; // the place that an offer was put on because it is the best
    this.comparison = new Comparison(map);
    this.lists = new TimetableLists(); // lines and stops
    this.tools = new TrialTools(map, {
      announce,
      lists: this.lists,
      onChange: (change, { byKeyboard }) => {
        this.change(() => this.document.add(change));
        if (byKeyboard) this.list.focusWords(this.document.changes.length - 1);
      },
      onMove: (target, place, { byKeyboard }) => {
        this.move(target, place);
        if (byKeyboard) this.list.focusWords(target.index ?? this.document.changes.length - 1);
      },
    });
    new TrialPopups(this);
    map.tell.onRemove = (index) => this.remove(index);
    map.tell.onMoved = (index, at) => this.move({ index }, roundedPlace(at));
    addEventListener("hashchange", () => this.readLink());
  }

  /* Takes up the controls of a new answer; what is tried out stays. */
  attach(data) {
    this.data = data;
    this.texts = data.texts;
    this.figures = new Figures(data);
    this.asking?.abort();
    this.best = null;
    this.comparison.show(null);
    for (const { properties } of data.offers.features) this.names.set(properties.id, properties.name || properties.category);
    this.box = document.getElementById("try");
    this.parts = null;
    if (!this.box?.querySelector("[data-tool]")) return;
    this.parts = Object.fromEntries(PARTS.map((name) => [name, this.box.querySelector(`[data-try="${name}"]`)]));
    this.outcome = new TrialOutcome(data, this.figures);
    this.list = new TrialList(this);
    this.lists.url = data.timetable_url;
    this.tools.attach(this.box, data.question, data.texts);
    this.store = new ScenarioStore(this);
    const { undo, reset, copy, save, open, file, views, details } = this.parts;
    undo.addEventListener("click", () => this.undo());
    reset.addEventListener("click", () => this.reset());
    this.copyLabel = copy.textContent;
    copy.addEventListener("click", () => this.copyLink());
    details.addEventListener("click", () => this.outcome.showDetails(this.parts));
    save.addEventListener("click", () => saveAs("umkreis-scenario.json", this.document.toJson()));
    open.addEventListener("click", () => file.click());
    file.addEventListener("change", () => this.readFile(file.files[0]));
    for (const view of views.querySelectorAll("input")) {
      view.checked = view.value === this.comparison.view;
      view.addEventListener("change", () => this.comparison.setView(view.value));
    }
    this.box.hidden = false;
  }

  /* Comes after each drawing: what the address or the page holds is asked again. */
  open() {
    if (!this.hasOpened) {
      this.hasOpened = true;
      return this.readLink();
    }
    return this.document.isEmpty ? undefined : this.refresh();
  }

  async readLink() {
    try {
      const stored = await readStored(location.hash, this.data.scenarios_url);
      const found = stored || readFragment(location.hash, this.data.question.category.split(",")[0]);
      if (!found) return undefined;
      this.document.set(found.changes, found.name);
      return await this.refresh();
    } catch {
      return this.complain(this.texts?.unreadable_link);
    }
  }

  async readFile(file) {
    this.parts.file.value = ""; // the same file can be chosen again
    if (!file) return;
    if (file.size > MAX_BYTES) {
      this.complain(this.texts.too_large);
      return;
    }
    try {
      const found = readDocument((await file.text()).replace(/^\uFEFF/, ""));
      if (found.changes.length > MAX_CHANGES) this.complain(this.texts.too_many);
      else this.change(() => this.document.set(found.changes, found.name));
    } catch {
      this.complain(this.texts.unreadable_file);
    }
  }

  change(work) {
    work();
    return this.refresh();
  }

  /* Gives another place to an offer of today, or to what a change places. */
  move({ offer, index }, place) {
    const old = this.document.changes[index];
    if (offer) return this.change(() => this.document.setOffer({ do: "move_offer", offer, ...place }));
    if (!old) return undefined;
    const values = old.do === "add_people" ? { place: { type: "Point", coordinates: [place.lon, place.lat] } } : place;
    return this.change(() => this.document.replace(index, values));
  }

  remove(index) {
    const what = this.words(this.document.changes[index]);
    this.said = fill(this.texts.removed, { what });
    this.change(() => this.document.remove(index));
    this.list.focus(Math.min(index, this.document.changes.length - 1));
  }

  undo() {
    this.said = this.texts.undone;
    this.change(() => this.document.undo());
    if (this.parts.undo.hidden) this.list.focus(-1);
  }

  reset() {
    this.change(() => this.document.set([], ""));
    this.list.focus(-1);
  }

  /* Puts an offer on the place where it helps most, and keeps what that brings. */
  tryBest({ lon, lat }) {
    const at = roundedPlace({ lng: lon, lat });
    const category = this.data.question.category.split(",")[0];
    // a place is best for an offer that is open when it is asked for
    const hours = this.data.question.at ? { opening_hours: "24/7" } : {};
    this.document.add({ do: "add_offer", category, ...at, ...hours });
    const index = this.document.changes.length - 1;
    // sites are asked in minutes; another limit may have its best place elsewhere
    if (this.data.question.minutes !== null) this.best = { ...at, index, others: this.others(index), covered: null };
    return this.refresh();
  }

  others(index) {
    return JSON.stringify(this.document.changes.map((change, i) => (i === index ? { ...change, lon: 0, lat: 0 } : change)));
  }

  refresh() {
    if (!this.parts) return undefined;
    const { changes, past, isEmpty } = this.document;
    const { undo, reset, copy, save, link, brief } = this.parts;
    brief.hidden = true;
    copy.textContent = this.copyLabel;
    if (this.best && this.best.others !== this.others(this.best.index)) this.best = null;
    undo.hidden = !past.length;
    reset.hidden = copy.hidden = save.hidden = isEmpty;
    link.hidden = true;
    this.remember();
    this.complain("");
    this.list.draw(changes);
    this.store.draw(this.document);
    this.drawMarks();
    this.nameStops();
    return this.ask();
  }

  /* Where stops lie and what they are called is asked once a change is about them. */
  async nameStops() {
    if (this.lists.isKnown || !this.lists.url || !this.document.changes.some((each) => ABOUT_RIDES.includes(each.do))) return;
    try {
      await this.lists.load();
    } catch {
      return; // then their ids stand there
    }
    this.list.draw(this.document.changes);
    this.drawMarks();
  }

  drawMarks() {
    const { changes } = this.document;
    const streets = new Map(changes.map((change, i) => [i, this.streetOf(change)]));
    this.map.trial.draw(changes, { words: (change) => this.words(change), streets, best: this.best, lists: this.lists });
  }

  streetOf(change) {
    return this.streets.get(JSON.stringify(change));
  }

  words(change) {
    const { categories } = this.data;
    const name = ({ category, offer }) => categories[category] || this.names.get(offer) || offer || this.texts.an_offer;
    return wordsOf(change, { texts: this.texts, figures: this.figures, name, street: this.streetOf(change), lists: this.lists });
  }

  /* Only the newest question counts. */
  async ask() {
    this.asking?.abort();
    if (this.document.isEmpty) {
      this.show(null);
      return;
    }
    const own = (this.asking = new AbortController());
    const { question, scenarios_url: url } = this.data;
    const limit = question.minutes === null ? { metres: question.metres } : { minutes: question.minutes };
    const asked = {
      scenario: this.document.toJson(), category: question.category.split(","), mode: question.mode, ...limit,
      by: question.by, ...(this.data.has_cars ? { car_km: {} } : {}), ...(question.at ? { at: question.at } : {}),
      ...(question.window ? { window: question.window } : {}),
    };
    const { outcome } = this.parts;
    outcome.setAttribute("aria-busy", "true");
    try {
      this.show(await postJson(url, asked, { signal: own.signal }));
    } catch (error) {
      if (error.name === "AbortError") return;
      this.show(null);
      this.refuse(error.problem?.detail);
    } finally {
      if (own === this.asking) outcome.removeAttribute("aria-busy");
    }
  }

  show(told) {
    const { outcome, views } = this.parts;
    views.hidden = !told;
    this.comparison.show(told && this.outcome.districts(told));
    outcome.replaceChildren();
    if (!told) {
      this.say("");
      return;
    }
    const lines = this.outcome.sentences(told, this.coveredByBest(told));
    this.outcome.write(outcome, lines, told);
    if (told.streets.length) {
      for (const street of told.streets) this.streets.set(JSON.stringify(this.document.changes[street.change]), street);
      this.list.draw(this.document.changes);
      this.drawMarks();
    }
    this.say(lines.join(" "));
    this.outcome.showBriefly(this.parts, lines, { isBusy: Boolean(this.tools.tool) });
  }

  /* What was done, and what it changed. */
  say(text) {
    const all = [this.said, text].filter(Boolean).join(" ");
    this.said = "";
    if (all) this.announce(all);
  }

  /* What the best place brought, once the offer stands elsewhere; null where that is not known. */
  coveredByBest({ after }) {
    const { best } = this;
    if (!best || after.covered === null) return null;
    const { lon, lat } = this.document.changes[best.index];
    if (best.covered === null && lon === best.lon && lat === best.lat) {
      best.covered = after.covered;
      return null;
    }
    return best.covered;
  }

  /* What the interface refuses, in its own words, with the change that each fault is about. */
  refuse(detail) {
    if (!detail) {
      this.complain(this.texts.failed);
      return;
    }
    const faults = [...faultsByChange(detail)].map(([index, fault]) => {
      const change = this.document.changes[index];
      return { lead: change ? `${index + 1}. ${this.words(change)}` : "", fault };
    });
    this.complain(this.texts.refused, faults);
  }

  complain(text, faults = []) {
    const { trouble } = this.parts || {};
    if (!trouble) return;
    trouble.hidden = !text;
    trouble.replaceChildren(text || "", ...this.list.faults(faults));
  }

  remember() {
    const fragment = this.document.toFragment() || "";
    history.replaceState(null, "", location.pathname + location.search + fragment);
    for (const link of document.querySelectorAll(".languages a, .carries-scenario")) link.hash = fragment;
  }

  async copyLink() {
    if (this.document.toFragment() === null) this.complain(this.texts.too_long_for_link);
    else await this.copyAddress(location.href);
  }

  async copyAddress(address) {
    try {
      await navigator.clipboard.writeText(address);
      this.announce(this.texts.copied);
      this.parts.copy.textContent = this.texts.copied;
    } catch { // without a safe connection a page may not write there
      const { link } = this.parts;
      link.hidden = false;
      const field = link.querySelector("input");
      field.value = address;
      field.select();
    }
  }
}
