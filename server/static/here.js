/* How far one gets from any place: areas by their limits with the people in them. The place goes in
   the body of a request and nowhere else: no address, no log, no storage. */

import { element, fill, postJson } from "./dom.js";
import { dark } from "./map.js";
import { MapTool } from "./map_tool.js";
import { makeTable, tableFile } from "./table.js";
import { Words } from "./words.js";

const SMALL = 0.3; // of the map's width or height
const NARROW = matchMedia("(max-width: 899px)");

export class Here {
  constructor(map, { announce, complain }) {
    Object.assign(this, { map, announce, complain });
    this.group = L.layerGroup().addTo(map.map);
    this.picker = new MapTool(map);
  }

  attach(data) {
    this.data = data;
    this.words = new Words(data);
    this.asking?.abort();
    this.group.clearLayers();
    this.picker.stop();
    const box = document.getElementById("here");
    box.hidden = false;
    const named = (name) => box.querySelector(`[data-here="${name}"]`);
    this.parts = Object.fromEntries(["place", "middle", "reset", "hint", "outcome"].map((name) => [name, named(name)]));
    const { place, middle, reset } = this.parts;
    place.addEventListener("click", () => this.setPlacing(!this.picker.active));
    middle.addEventListener("click", () => this.ask(this.map.map.getCenter()));
    reset.addEventListener("click", () => this.reset());
  }

  setPlacing(isOn) {
    if (isOn) this.picker.start({ onPoint: (at) => this.ask(at), onCancel: () => this.setPlacing(false) });
    else this.picker.stop();
    this.parts.place.setAttribute("aria-pressed", String(isOn));
    this.parts.hint.hidden = !isOn;
    if (isOn && NARROW.matches) this.map.map.getContainer().scrollIntoView({ block: "start" });
  }

  async ask({ lat, lng }) {
    const { here, texts } = this.data;
    const place = { lon: Number(lng.toFixed(5)), lat: Number(lat.toFixed(5)) };
    const { outcome } = this.parts;
    this.asking?.abort();
    const own = (this.asking = new AbortController());
    outcome.setAttribute("aria-busy", "true");
    try {
      const found = await postJson(here.url, { ...place, mode: here.mode, minutes: here.minutes }, { signal: own.signal });
      this.complain("");
      this.draw(place, found.features);
      this.tell(found.features);
    } catch (error) {
      if (error.name !== "AbortError") this.complain(texts.failed);
    } finally {
      if (own === this.asking) outcome.removeAttribute("aria-busy");
    }
  }

  draw({ lon, lat }, features) {
    this.group.clearLayers();
    const ink = dark.matches ? "#8ab6ff" : "#1a5fd0";
    for (const feature of [...features].reverse()) { // the widest lies lowest
      const style = { color: ink, weight: 2, opacity: 1, fillColor: ink, fillOpacity: 0.14 };
      const area = L.geoJSON(feature, { renderer: this.map.renderer, style });
      area.bindTooltip(() => this.line(feature.properties), { sticky: true, opacity: 1 });
      area.addTo(this.group);
    }
    const name = this.data.texts.here;
    const marker = L.marker([lat, lon], {
      icon: L.divIcon({ html: element("b"), className: "here", iconSize: [34, 34] }),
      title: name, alt: name, draggable: true, zIndexOffset: 1000,
    });
    marker.on("dragend", () => this.ask(marker.getLatLng()));
    marker.addTo(this.group);
    this.comeNear(L.featureGroup(this.group.getLayers()).getBounds());
  }

  /* Only where the areas are out of view, or too small in it. */
  comeNear(bounds) {
    const { map } = this.map;
    const size = this.map.sizeOnScreen(bounds);
    const room = map.getSize();
    const isSmall = Math.max(size.x / room.x, size.y / room.y) < SMALL;
    if (isSmall || !map.getBounds().contains(bounds)) this.map.fit(bounds);
  }

  line({ minutes, residents }) {
    const { texts, here } = this.data;
    return fill(texts.here_told, { mode: here.mode_name, n: this.words.number(minutes), people: this.words.people(residents) });
  }

  tell(features) {
    const { texts, here, counts_buildings: countsBuildings } = this.data;
    const rows = features.map(({ properties: area }) => [
      fill(texts.here_min, { n: this.words.number(area.minutes) }),
      countsBuildings ? "–" : this.words.people(area.residents),
      fill(texts.here_km2, { n: this.words.number(area.area_m2 / 1e6) }),
    ]);
    const table = makeTable([here.mode_name, texts.here_people, texts.here_area], rows);
    const isCut = features.some(({ properties: area }) => area.reaches_edge);
    const file = tableFile(table, texts.save_table, "umkreis-isochrones");
    this.parts.outcome.replaceChildren(table, file, ...(isCut ? [element("p", texts.reach_edge, "soft")] : []));
    this.parts.reset.hidden = false;
    this.announce(features.map(({ properties: area }) => this.line(area)).join(" "));
  }

  reset() {
    this.asking?.abort();
    this.setPlacing(false);
    this.group.clearLayers();
    this.parts.outcome.replaceChildren();
    this.parts.reset.hidden = true;
    this.parts.place.focus();
  }
}
