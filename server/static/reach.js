/* How far one offer carries, from its popup: from where people reach it, how far a capacity lasts, and
   straight-line rings for producers. Drawn over the planner's map, one at a time. */

import { askJson, element, fill } from "./dom.js";
import { dark } from "./map.js";
import { Words } from "./words.js";

const POPUP_OFFSET = 7; // px, Leaflet's own

export class Reach {
  constructor(owner) {
    this.owner = owner;
    this.group = L.layerGroup().addTo(owner.map);
    this.clear();
    this.entered = new Map(); // id of an offer → what the asker entered for it
    owner.map.on("zoomend", () => this.liftPopup());
  }

  /* A new answer: capacities of another kind of offer mean something else. */
  forget(category) {
    this.clear();
    if (this.category !== category) this.entered.clear();
    this.category = category;
  }

  clear() {
    this.shown = { id: "", kind: "", lines: [] };
    this.isOpen = false;
    this.group.clearLayers();
    this.liftPopup();
    this.marker = null;
  }

  /* The window stands above the area of its offer, not on it; a phone has no room for that. */
  liftPopup() {
    const popup = this.marker?.getPopup();
    if (!popup) return;
    const areas = this.group.getLayers();
    const { map } = this.owner;
    const at = this.marker.getLatLng();
    const lift = areas.length && this.owner.isWide()
      ? map.latLngToLayerPoint(at).y - map.latLngToLayerPoint([L.featureGroup(areas).getBounds().getNorth(), at.lng]).y : 0;
    popup.options.offset = L.point(0, POPUP_OFFSET - Math.max(0, Math.min(lift, map.getSize().y / 3)));
    if (popup.isOpen()) popup.update();
  }

  /* What stands in the popup of an offer. */
  partOf(offer, marker) {
    const { texts, reach, carry } = this.owner.data;
    const part = element("div", "", "carry-part");
    const isShown = (kind) => this.shown.id === offer.id && this.shown.kind === kind;
    const category = offer.category_id || offer.category;
    if (this.shown.id === offer.id) part.append(...this.shown.lines.map((line) => element("p", line, "told")));
    const name = isShown("reach") ? texts.hide_reach : fill(texts.show_reach, reach);
    part.append(this.button(name, "reach", isShown("reach"), () => this.toggle("reach", offer, marker, () => this.askReach(offer.id))));
    if (carry.rings.includes(category)) {
      part.append(this.button(texts.rings, "ring", isShown("ring"), () => this.toggle("ring", offer, marker, () => this.askRings(offer.id, category))));
    }
    if (category === carry.category) part.append(this.capacityPart(offer, marker));
    return part;
  }

  button(name, kind, isPressed, action) {
    const button = element("button", name, "quiet");
    button.type = "button";
    button.dataset.kind = kind;
    if (kind !== "reach") button.setAttribute("aria-pressed", String(isPressed));
    button.addEventListener("click", action);
    return button;
  }

  /* The form for a capacity; where people use none up, the reason. */
  capacityPart(offer, marker) {
    const { texts, carry } = this.owner.data;
    const part = element("details", "", "capacity");
    part.open = this.isOpen;
    part.append(element("summary", texts.capacity));
    part.addEventListener("toggle", () => {
      if (part.open === this.isOpen) return;
      this.isOpen = part.open;
      this.redraw(marker, "summary");
    });
    if (carry.refused) {
      part.append(element("p", carry.refused));
      return part;
    }
    const form = element("form", "", "amounts");
    const entered = this.entered.get(offer.id);
    const capacity = this.field(fill(texts.capacity_units, carry), { min: "1", max: "1000000000", step: "1", value: entered ?? offer.stated ?? "" });
    form.append(capacity.line);
    if (offer.stated !== null && offer.stated !== undefined && entered === undefined) {
      form.append(element("p", texts.capacity_stated, "soft"));
    }
    const demand = carry.takes_demand && this.field(texts.demand_units, { min: "0.0001", max: "10000", step: "any", value: this.demand ?? "" });
    if (demand) form.append(demand.line);
    form.append(element("button", texts.fill, "quiet"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const isStated = Number(capacity.input.value) === offer.stated;
      if (isStated) this.entered.delete(offer.id);
      else this.entered.set(offer.id, Number(capacity.input.value));
      this.demand = demand ? demand.input.value : undefined;
      const asked = { id: offer.id, capacity: Number(capacity.input.value), isStated };
      this.isOpen = true;
      this.draw("filled", offer, marker, () => this.askFilled(asked));
      this.owner.tell.onCapacity?.();
    });
    part.append(form);
    return part;
  }

  field(name, { value, ...options }) {
    const line = element("p", "", "amount");
    const label = element("label", name);
    const input = element("input");
    Object.assign(input, { type: "number", required: true, id: `popup-${options.step === "1" ? "capacity" : "demand"}`, inputMode: "decimal", ...options });
    input.value = value;
    label.htmlFor = input.id;
    line.append(label, input);
    return { line, input };
  }

  toggle(kind, offer, marker, ask) {
    if (this.shown.id === offer.id && this.shown.kind === kind) {
      this.clear();
      this.redraw(marker, `[data-kind="${kind}"]`);
      return undefined;
    }
    return this.draw(kind, offer, marker, ask);
  }

  async draw(kind, offer, marker, ask) {
    const { data } = this.owner;
    const { announce, complain } = this.owner.tell.speak;
    let found;
    try {
      found = await ask();
      complain("");
    } catch {
      complain(data.texts.failed);
      return;
    }
    if (this.owner.data !== data) return; // a later answer came first
    const { isOpen } = this;
    this.clear();
    this.isOpen = isOpen;
    const ink = dark.matches ? "#8ab6ff" : "#1a5fd0";
    const style = { color: ink, weight: 3, opacity: 1, dashArray: kind === "filled" ? null : "7 5", fillColor: ink, fillOpacity: kind === "ring" ? 0.05 : 0.15 };
    const drawn = found.features.filter((feature) => feature.geometry).map((feature) => L.geoJSON(feature, { renderer: this.owner.renderer, interactive: false, style }));
    for (const layer of drawn) layer.addTo(this.group);
    this.shown = { id: offer.id, kind, lines: found.lines };
    this.marker = marker;
    this.liftPopup();
    announce(found.lines.join(" "));
    this.redraw(marker, kind === "filled" ? "summary" : `[data-kind="${kind}"]`);
  }

  redraw(marker, focused) {
    const popup = marker.getPopup();
    popup.update();
    popup.getElement()?.querySelector(focused)?.focus();
  }

  async askReach(id) {
    const { reach, texts, counts_buildings: countsBuildings } = this.owner.data;
    const feature = await askJson(`${reach.url}${encodeURIComponent(id)}?mode=${reach.mode}&minutes=${reach.minutes}`);
    const { residents, reaches_edge: isCut } = feature.properties;
    const text = countsBuildings
      ? fill(texts.reach_area, reach)
      : fill(texts.reach_people, { ...reach, n: this.words.people(residents) });
    return { features: [feature], lines: isCut ? [text, texts.reach_edge] : [text] };
  }

  async askRings(id, category) {
    const { carry, texts } = this.owner.data;
    const { features } = await askJson(`${carry.url}?${new URLSearchParams({ category, kind: "ring", offer: id })}`);
    const lines = features.map(({ properties: ring }) => fill(texts.ring, { km: this.words.number(ring.ring_km), n: this.words.people(ring.residents) }));
    return { features: [...features].reverse(), lines };
  }

  async askFilled({ id, capacity, isStated }) {
    const { carry, texts } = this.owner.data;
    const asked = { category: carry.category, kind: "filled", mode: carry.mode, offer: id };
    if (!isStated) asked.capacity = `${id}=${capacity}`;
    if (this.demand) asked.demand = this.demand;
    const { features } = await askJson(`${carry.url}?${new URLSearchParams(asked)}`);
    const { minutes, residents, used_up: isUsedUp, is_placed: isPlaced, reaches_edge: isCut } = features[0].properties;
    const values = {
      capacity: this.words.number(capacity), unit: carry.unit, mode: carry.mode_name,
      source: isStated ? texts.capacity_stated : texts.capacity_entered,
      minutes: minutes === null ? "" : this.words.number(minutes), n: this.words.people(residents),
    };
    const text = !isPlaced ? texts.not_placed : minutes !== null ? texts.filled : isUsedUp ? texts.filled_few : texts.filled_never;
    const lines = [fill(text, values)];
    if (minutes !== null) lines.push(fill(texts.filled_note, values));
    return { features, lines: isCut ? [...lines, texts.reach_edge] : lines };
  }

  get words() {
    return new Words(this.owner.data);
  }
}
