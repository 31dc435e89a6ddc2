/* People whom only public transport serves, on the planner's map: a disc in each district, by their number. */

import { element, fill } from "./dom.js";

const LARGEST_PX = 26; // radius of the district with the most of them
const LEAST_PX = 11; // a number has to stand in it

export class TransitAlone {
  constructor(owner) {
    this.owner = owner;
    this.group = L.layerGroup();
    this.isShown = false;
  }

  /* Takes up the button of a new answer; what is shown stays shown. */
  attach(data) {
    this.data = data;
    this.button = document.getElementById("alone-on-map");
    if (this.button) {
      this.button.hidden = false;
      this.button.addEventListener("click", () => this.set(!this.isShown));
    }
    if (!this.button) this.set(false);
    else this.button.setAttribute("aria-pressed", String(this.isShown));
  }

  /* Comes after each drawing of the districts. */
  draw() {
    this.group.clearLayers();
    if (!this.isShown) return;
    const told = Object.entries(this.data.transit_alone);
    const counts = new Map(told.map(([id, { people }]) => [id, people]));
    const most = Math.max(...counts.values());
    for (const [id, { people, text }] of told) {
      const layer = this.owner.districts.get(id);
      if (!layer) continue;
      const radius = Math.max(LARGEST_PX * Math.sqrt(people / most), LEAST_PX + text.length * 2);
      const name = fill(this.data.texts.alone_here, { district: this.data.districts[id]?.name ?? "", n: text });
      const icon = L.divIcon({ className: "alone-mark", html: element("b", text), iconSize: [2 * radius, 2 * radius] });
      const at = layer.getCenter?.() ?? layer.getBounds().getCenter();
      L.marker(at, { icon, title: name, alt: name, keyboard: false, zIndexOffset: -500 }).bindTooltip(() => element("span", name)).addTo(this.group);
    }
  }

  set(isShown) {
    this.isShown = isShown;
    this.button?.setAttribute("aria-pressed", String(isShown));
    if (isShown) this.group.addTo(this.owner.map);
    else this.group.remove();
    this.draw();
  }
}
