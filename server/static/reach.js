/* From where people reach one offer, drawn over the planner's map. */

import { dark } from "./map.js";

export class Reach {
  constructor(owner) {
    this.owner = owner;
    this.group = L.layerGroup().addTo(owner.map);
    this.shown = null;
  }

  /* What is told of the offer whose reach is shown; null of any other. */
  linesOf(id) {
    return this.shown?.id === id ? this.shown.lines : null;
  }

  async toggle(id, marker) {
    if (this.shown?.id === id) {
      this.clear();
    } else {
      const { data } = this.owner;
      const found = await this.owner.tell.onReach(id);
      if (!found || this.owner.data !== data) return;
      this.clear();
      const ink = dark.matches ? "#8ab6ff" : "#1a5fd0";
      const style = { color: ink, weight: 3, opacity: 1, dashArray: "7 5", fillColor: ink, fillOpacity: 0.15 };
      L.geoJSON(found.feature, { renderer: this.owner.renderer, interactive: false, style }).addTo(this.group);
      this.shown = { id, lines: found.lines };
    }
    const popup = marker.getPopup();
    popup.update();
    popup.getElement()?.querySelector("button.quiet")?.focus();
  }

  clear() {
    this.shown = null;
    this.group.clearLayers();
  }
}
