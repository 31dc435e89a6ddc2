/* The districts before a scenario and after it: one of both on the map, or side by side with a
   slider. Side by side, two panes of the same map are each cut where the slider stands. */

import { element } from "./dom.js";

const STEP_PERCENT = 50; // where the slider stands first

export class Comparison {
  constructor(owner) {
    this.owner = owner;
    this.view = "after";
    this.after = null;
    const pane = owner.map.createPane("after");
    pane.style.zIndex = 401; // above what was before, below the names
    this.group = L.layerGroup();
    this.addSlider();
    owner.map.on("move zoom viewreset resize zoomend", () => this.cut());
  }

  /* Two sides, a line between them, and the control that moves it. */
  addSlider() {
    const box = element("div", "", "compare");
    box.hidden = true;
    this.slider = element("input");
    Object.assign(this.slider, { type: "range", min: "0", max: "100", step: "1", value: String(STEP_PERCENT) });
    this.edge = element("div", "", "edge");
    this.names = [element("span", "", "left"), element("span", "", "right")];
    box.append(this.edge, ...this.names, this.slider);
    L.DomEvent.disableClickPropagation(box);
    L.DomEvent.disableScrollPropagation(box);
    this.slider.addEventListener("input", () => this.cut());
    for (const name of ["keydown", "keypress", "keyup"]) this.slider.addEventListener(name, (event) => event.stopPropagation());
    this.owner.map.getContainer().append(box);
    this.box = box;
  }

  /* Takes the districts as they are after a scenario, by id; null ends it. */
  show(after) {
    this.after = after;
    this.setView(this.view);
  }

  setView(view) {
    this.view = view;
    const { owner } = this;
    const isSideBySide = Boolean(this.after) && view === "compare";
    owner.after = this.after && view === "after" ? this.after : null;
    this.showGaps(!owner.after);
    this.box.hidden = !isSideBySide;
    this.drawAfter(isSideBySide);
    owner.restyle();
    this.cut();
  }

  /* Gaps are known of what was before alone. */
  showGaps(isShown) {
    if (this.owner.hidden.has("gaps") || this.owner.isDimmed) return;
    for (const group of [this.owner.gapGroup, this.owner.labelGroup]) isShown ? group.addTo(this.owner.map) : group.remove();
  }

  drawAfter(isShown) {
    const { owner } = this;
    this.group.clearLayers();
    this.group.remove();
    if (!isShown) return;
    const { texts } = owner.data;
    this.slider.setAttribute("aria-label", texts.slider);
    this.names[0].textContent = texts.before;
    this.names[1].textContent = texts.after;
    this.renderer ??= new owner.renderer.constructor({ padding: 0.4, pane: "after" });
    for (const [id, layer] of owner.districts) {
      const { feature } = layer;
      const copy = L.geoJSON(feature, { renderer: this.renderer, pane: "after" }).getLayers()[0];
      owner.bindDistrict(copy, id, () => this.after?.[id]);
      copy.setStyle(owner.districtStyle(id, this.after[id]));
      this.group.addLayer(copy);
    }
    this.group.addTo(owner.map);
  }

  /* The panes move with the map; where they are cut does not. */
  cut() {
    const { map } = this.owner;
    const cutPanes = ["overlayPane", "gap-labels"].map((name) => map.getPane(name));
    const after = map.getPane("after");
    if (this.box.hidden) {
      for (const pane of [...cutPanes, after]) pane.style.clipPath = "";
      return;
    }
    const { x: width, y: height } = map.getSize();
    const { x: left, y: top } = map.containerPointToLayerPoint([0, 0]);
    const edge = (width * Number(this.slider.value)) / 100;
    const isAt = (from, to) => {
      const [west, east, north, south] = [left + from, left + to, top, top + height];
      return `polygon(${west}px ${north}px, ${east}px ${north}px, ${east}px ${south}px, ${west}px ${south}px)`;
    };
    for (const pane of cutPanes) pane.style.clipPath = isAt(0, edge);
    after.style.clipPath = isAt(edge, width);
    this.edge.style.left = `${edge}px`;
    this.slider.setAttribute("aria-valuetext", `${this.slider.value}\u00a0%`);
  }
}
