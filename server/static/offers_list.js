/* The list of offers near a place: minutes, hours, and why something is not shown. */

import { element, fill } from "./dom.js";
import { localTime } from "./resident_state.js";

const PAGE = 50;

/* Times as people say them; the same words as in server/hours_phrase.py. */
export class Hours {
  constructor({ language, timezone, texts, times, categories }) {
    Object.assign(this, { language, texts, times, categories });
    const form = (options) => new Intl.DateTimeFormat(language, { timeZone: timezone, ...options });
    this.clock = form({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    this.weekday = form({ weekday: "short" });
    this.date = form({ day: "numeric", month: "short" });
    this.day = form({ year: "numeric", month: "2-digit", day: "2-digit" });
  }

  moment(text, now = new Date()) {
    const moment = new Date(text);
    const time = this.clock.format(moment);
    if (this.day.format(moment) === this.day.format(now)) return time;
    const isSoon = moment - now < 6 * 24 * 3600 * 1000;
    return `${isSoon ? this.weekday.format(moment).replace(/\.$/, "") : this.date.format(moment)} ${time}`;
  }

  /* What is said of an offer's hours; `asked` is what the filter says. */
  phrase(offer, asked) {
    const { texts } = this;
    const own = asked && asked !== "now" ? this.when(asked) : "";
    if (offer.next_date) return fill(texts.next_date, { time: this.moment(offer.next_date.start) });
    if (offer.open === "open") {
      if (own) return fill(texts.open_then, { when: own });
      const until = offer.open_until ?? offer.next_change;
      return until ? fill(texts.open_until, { time: this.moment(until) }) : texts.open;
    }
    if (offer.open === "closed") {
      if (own) return fill(texts.closed_then, { when: own });
      const next = offer.next_opening ?? offer.next_change;
      return next ? fill(texts.closed_next, { time: this.moment(next) }) : texts.closed;
    }
    if (offer.opening_hours) return texts.hours_uncertain;
    return this.categories[offer.category]?.[3] ? texts.hours_unknown : "";
  }

  /* A filter of time in words: "on Saturdays", "at 28.11. 10:00". */
  when(asked) {
    if (asked in this.times) return this.times[asked];
    return fill(this.texts.at_time, { time: localTime(asked, this.language) });
  }
}

export class OffersList {
  constructor({ list, blank, data, hours, onHover, onOpen, saved }) {
    Object.assign(this, { list, blank, data, hours, onHover, onOpen, saved });
    this.number = new Intl.NumberFormat(data.language);
    const idOf = (event) => event.target.closest(".item")?.dataset.id ?? null;
    list.addEventListener("mouseover", (event) => onHover(idOf(event)));
    list.addEventListener("mouseleave", () => onHover(null));
    list.addEventListener("focusin", (event) => onHover(idOf(event)));
    list.addEventListener("focusout", () => onHover(null));
    list.addEventListener("click", (event) => {
      const item = event.target.closest(".item");
      if (!item || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      onOpen(item.dataset.id);
    });
  }

  minutes(travelMin) {
    const { texts } = this.data;
    return travelMin < 1 ? texts.below_minute : fill(texts.minutes, { n: this.number.format(Math.round(travelMin)) });
  }

  /* Shows offers in their order, in pages that are added on demand. */
  show(offers, { urlOf, asked = "" }) {
    this.rest = [...offers];
    this.list.replaceChildren();
    this.moreButton?.remove();
    this.addPage({ urlOf, asked });
  }

  addPage(how) {
    const page = this.rest.splice(0, PAGE);
    this.list.append(...page.map((offer) => this.item(offer, how)));
    this.moreButton?.remove();
    if (!this.rest.length) return;
    this.moreButton = element("button", fill(this.data.texts.more, { n: this.number.format(this.rest.length) }), "quiet wide");
    this.moreButton.type = "button";
    this.moreButton.addEventListener("click", () => {
      const first = this.list.children.length;
      this.addPage(how);
      this.list.children[first].querySelector("a").focus();
    });
    this.list.after(this.moreButton);
  }

  item(offer, { urlOf, asked }) {
    const item = this.blank.content.firstElementChild.cloneNode(true);
    const slot = (name) => item.querySelector(`[data-slot=${name}]`);
    const [label, icon, colour] = this.data.categories[offer.category];
    item.dataset.id = offer.id;
    slot("color").setAttribute("fill", colour);
    slot("icon").setAttribute("href", `${this.data.sheet}#${icon}`);
    slot("name").textContent = offer.name || label;
    slot("name").href = urlOf(offer.id);
    slot("kind").textContent = [offer.name ? label : "", offer.address].filter(Boolean).join(" · ");
    slot("hours").textContent = this.hours.phrase(offer, asked);
    slot("hours").className = `hours ${offer.next_date ? "dated" : offer.open || "unknown"}`;
    if (offer.travel_min !== undefined) slot("way").textContent = this.minutes(offer.travel_min);
    item.classList.toggle("kept", this.saved.has(offer.id));
    return item;
  }

  light(id) {
    this.list.querySelector(".item.lit")?.classList.remove("lit");
    this.find(id)?.classList.add("lit");
  }

  find(id) {
    return [...this.list.children].find((item) => item.dataset.id === id);
  }
}

/* Why something is not shown, each with a button that changes that. `act` gets what to change. */
export function whyNotShown(place, { beyond, data, number, state, act }) {
  const { texts } = data;
  const rows = [];
  const add = (count, one, many, change) => {
    if (count) rows.push([count === 1 && one ? one : fill(many, { n: number.format(count) }), change]);
  };
  if (state.open) add(beyond.closed_then, texts.why_closed_one, texts.why_closed_many, { open: "", unknown: false });
  if (state.open) add(beyond.unknown_hours, texts.why_unknown_one, texts.why_unknown_many, { unknown: true });
  add(beyond.facts_unknown, texts.why_facts_one, texts.why_facts_many, { has: [] });
  add(beyond.wheelchair_unknown, texts.why_wheelchair_one, texts.why_wheelchair_many, { wheelchair: false });
  const steps = [5, 10, 15, 30];
  if (beyond.further && steps.includes(beyond.further.minutes)) {
    add(beyond.further.offers, "", fill(texts.why_further, { minutes: beyond.further.minutes, n: "{n}" }), { minutes: beyond.further.minutes });
  }
  const mode = ["walk", "bike", "car"].find((name) => beyond.by_mode?.[name] > 0);
  if (mode) add(beyond.by_mode[mode], "", texts[`why_${mode}`], { mode });
  place.replaceChildren();
  if (!rows.length) return;
  const list = element("ul");
  for (const [text, change] of rows) {
    const item = element("li");
    const button = element("button", texts.show, "quiet");
    button.type = "button";
    const told = element("span", text);
    told.id = `why-${list.children.length}`;
    button.setAttribute("aria-describedby", told.id);
    button.addEventListener("click", () => act(change));
    item.append(told, button);
    list.append(item);
  }
  place.append(list);
}
