/* One offer beside its list: its card in place of the list, in short below a small map, and the way
   to it. */

import { element, postJson } from "./dom.js";
import { showJourneys } from "./journey.js";
import { addressOf, localNow } from "./resident_state.js";

const byId = (id) => document.getElementById(id);

export class CardSide {
  /* `visit` holds state, place and the offers found; `onOpen` is asked for another offer, `onFailed`
     told that a card could not be loaded. */
  constructor({ visit, data, card, list, map, sides, narrow, language, urlOf, onOpen, onFailed }) {
    Object.assign(this, { visit, data, card, list, map, sides, narrow, language, urlOf, onOpen, onFailed });
    this.peekPlace = byId("peek");
  }

  tapped(id) {
    if (this.narrow.matches && this.sides.isMap()) this.peek(id);
    else this.onOpen(id);
  }

  foundOffer(id) {
    return this.visit.found.find((each) => each.id === id);
  }

  /* On a small map an offer is shown in short below it first. */
  peek(id) {
    const offer = this.foundOffer(id);
    const close = element("button", "×", "peek-close");
    close.type = "button";
    close.setAttribute("aria-label", this.data.texts.close);
    close.addEventListener("click", () => {
      this.hidePeek();
      this.map.choose(null);
    });
    const listed = this.list.find(id)?.cloneNode(true)
      ?? this.list.item({ ...offer, address: offer.address || "" }, { urlOf: this.urlOf, asked: this.visit.state.open });
    listed.classList.remove("lit");
    const holder = element("ol");
    holder.append(listed);
    listed.addEventListener("click", (event) => {
      event.preventDefault();
      this.onOpen(id);
    });
    this.peekPlace.replaceChildren(holder, close);
    this.peekPlace.hidden = false;
    this.map.choose(offer);
    this.map.showWay(null);
  }

  hidePeek() {
    this.peekPlace.hidden = true;
  }

  /* Shows the card of the offer in the state; `before` is the one shown until now. */
  async show(before) {
    const { state, place } = this.visit;
    const id = state.offer;
    this.hidePeek();
    this.map.showWay(null);
    if (!id) {
      this.close(before);
      return;
    }
    try {
      if (this.card.offer?.id !== id) await this.card.open(id);
    } catch (error) {
      if (error.name !== "AbortError") this.onFailed();
      return;
    }
    byId("finder").classList.add("behind");
    byId("card-side").hidden = false;
    byId("card-close").href = addressOf(this.data.page, { ...state, offer: "" }, this.language);
    if (this.narrow.matches) this.sides.show("list", { quiet: true });
    byId("panel").scrollTop = 0;
    if (this.narrow.matches) scrollTo(0, 0);
    byId("card-name").focus({ preventScroll: true });
    const { lon, lat } = this.card.offer;
    const category = this.foundOffer(id)?.category ?? this.card.element.dataset.category;
    const isReached = place && this.foundOffer(id)?.travel_min !== undefined;
    this.map.choose({ lon, lat, category }, { pan: !isReached }); // else the whole way is shown
    this.showWay();
  }

  async showWay() {
    const { place, state } = this.visit;
    const id = this.card.offer?.id;
    const known = place && this.foundOffer(id);
    const hit = known?.travel_min === undefined ? null : known;
    this.card.showWay(hit, { mode: state.mode, minutes: (travel) => this.list.minutes(travel) });
    this.showJourneys();
    if (!hit || state.mode === "transit") return; // streets alone say nothing of a ride
    try {
      const way = await postJson(`${this.data.api}/way`, { lon: place.lon, lat: place.lat, mode: state.mode, offer: id });
      if (this.card.offer?.id === id) this.map.showWay(way);
    } catch {
      // the minutes stand there; the line is only an addition
    }
  }

  /* By bus and train: what leaves now, or at the time that is asked. */
  showJourneys() {
    const { place, state } = this.visit;
    const isMoment = /^\d{4}-/.test(state.open);
    showJourneys(this.card.element?.querySelector("[data-slot=journey]"), {
      data: this.data, place, mode: state.mode, offer: this.card.offer?.id, leaving: isMoment ? state.open : localNow(this.data.timezone),
    });
  }

  close(before) {
    const wasOpen = !byId("card-side").hidden;
    byId("card-side").hidden = true;
    byId("finder").classList.remove("behind");
    this.card.close();
    this.map.choose(null);
    if (!wasOpen) return;
    if (this.visit.place) this.map.fitArea();
    const item = this.list.find(before);
    if (item) {
      item.querySelector("a").focus({ preventScroll: true });
      item.scrollIntoView({ block: "center" });
    } else byId("results-head").focus();
  }
}
