/* From where people reach one offer, drawn over the planner's map. */

import { askJson, fill } from "./dom.js";
import { dark } from "./map.js";
import { Words } from "./words.js";

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
      const found = await this.ask(id);
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

  async ask(id) {
    const { reach, texts, counts_buildings: countsBuildings } = this.owner.data;
    const { announce, complain } = this.owner.tell.speak;
    try {
      const url = `${reach.url}${encodeURIComponent(id)}?mode=${reach.mode}&minutes=${reach.minutes}`;
      const feature = await askJson(url);
      const { residents, reaches_edge: isCut } = feature.properties;
      const text = countsBuildings
        ? fill(texts.reach_area, reach)
        : fill(texts.reach_people, { ...reach, n: new Words(this.owner.data).people(residents) });
      const lines = isCut ? [text, texts.reach_edge] : [text];
      announce(lines.join(" "));
      return { feature, lines };
    } catch {
      complain(texts.failed);
      return null;
    }
  }

  clear() {
    this.shown = null;
    this.group.clearLayers();
  }
}
