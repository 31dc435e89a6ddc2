/* The card of an offer: made by the server, here with what only the device knows: the way from a
   place, what is remembered, how to share. */

import { fill } from "./dom.js";

export class OfferCard {
  constructor({ place, told, data, saved, onSaved, onMap }) {
    Object.assign(this, { place, told, data, saved, onSaved, onMap });
    this.number = new Intl.NumberFormat(data.language);
  }

  get element() {
    return this.place.querySelector(".offer-card");
  }

  get offer() {
    const card = this.element;
    if (!card) return null;
    const { id, lon, lat, name, category } = card.dataset;
    return { id, lon: Number(lon), lat: Number(lat), name, category };
  }

  async open(id) {
    this.asking?.abort();
    const own = (this.asking = new AbortController());
    const url = `${this.data.page}/offers/${encodeURIComponent(id)}/card?lang=${this.data.language}`;
    const response = await fetch(url, { signal: own.signal });
    if (!response.ok) throw new Error(`${response.status}`);
    const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
    this.place.replaceChildren(...parsed.body.children);
    this.attach();
  }

  close() {
    this.asking?.abort();
    this.place.replaceChildren();
    this.told.textContent = "";
  }

  attach() {
    const card = this.element;
    if (!card) return;
    card.querySelector(".card-tools").hidden = false;
    card.querySelector("[data-do=save]").addEventListener("click", () => this.save());
    card.querySelector("[data-do=share]").addEventListener("click", () => this.share());
    card.querySelector("[data-do=map]").addEventListener("click", () => this.onMap());
    this.showSaved();
  }

  /* `hit` is what the interface said of the way, or nothing. */
  showWay(hit, { mode, minutes }) {
    const line = this.element?.querySelector("[data-slot=way]");
    if (!line) return;
    line.hidden = !hit;
    if (hit) line.textContent = `${fill(this.data.texts[`by_${mode}`], { minutes: minutes(hit.travel_min) })}${hit.distance_m === null ? "" : ` · ${this.length(hit.distance_m)}`}`;
  }

  length(metres) {
    return metres < 1000 ? `${this.number.format(Math.round(metres / 10) * 10)} m` : `${this.number.format(Math.round(metres / 100) / 10)} km`;
  }

  showSaved() {
    const button = this.element.querySelector("[data-do=save]");
    const isKept = this.saved.has(this.offer.id);
    const { texts, sheet } = this.data;
    button.setAttribute("aria-pressed", String(isKept));
    button.querySelector("use").setAttribute("href", `${sheet}#${isKept ? "star_full" : "star"}`);
    button.querySelector("span").textContent = isKept ? texts.remembered : texts.remember;
  }

  save() {
    try {
      this.saved.toggle(this.offer.id);
    } catch {
      this.told.textContent = this.data.texts.not_stored;
    }
    this.showSaved();
    this.onSaved();
  }

  /* Shares the address of the offer's own page: filters and place stay here. */
  async share() {
    const { id, name } = this.offer;
    const url = new URL(`${this.data.page}/offers/${encodeURIComponent(id).replaceAll("%3A", ":")}`, location.href).href;
    const { texts } = this.data;
    if (navigator.share) {
      await navigator.share({ title: name, url }).catch(() => {}); // closed again without sharing
      return;
    }
    try {
      await navigator.clipboard.writeText(url);
      this.told.textContent = texts.copied;
    } catch {
      this.told.textContent = fill(texts.not_copied, { url });
    }
  }
}
