/* Marks of what a scenario changes, on the planner's map: offers that are new, moved or closed,
   people, streets. A mark can be dragged; its popup says the rest. */

import { element } from "./dom.js";
import { calm } from "./map.js";

const GLYPHS = { add_offer: "+", move_offer: "→", close_offer: "×", add_people: "+", change_hours: "", close_street: "×", open_street: "+", change_headway: "", close_stop: "×", move_stop: "→", extend_line: "+", add_line: "+" };

/* Changes whose place is a point of their own. */
export const MOVABLE = ["add_offer", "move_offer", "close_street", "move_stop", "extend_line"];

export class TrialMarks {
  constructor(owner) {
    this.owner = owner;
    const pane = owner.map.createPane("trial-lines"); // above what a comparison cuts
    pane.style.zIndex = 440;
    this.lines = L.svg({ pane: "trial-lines", padding: 0.4 });
    this.group = L.layerGroup().addTo(owner.map);
    this.draft = L.layerGroup().addTo(owner.map);
    this.marks = new Map(); // place in the list of changes → its mark
    this.taken = new Map(); // id of an offer that is moved or closed → its own mark
  }

  /* Draws all changes. `streets` is what the interface told of them, by place in the list. */
  draw(changes, { words, streets = new Map(), best = null, lists = null }) {
    this.clear();
    this.lists = lists; // lines and stops of the timetable
    this.takeAway(changes);
    changes.forEach((change, index) => this.drawChange(change, index, words(change, index), streets.get(index)));
    if (best) this.mark([best.lat, best.lon], { glyph: "★", kind: "best", title: this.owner.data.texts.best_place });
  }

  drawChange(change, index, title, street) {
    const isKnown = Object.hasOwn(GLYPHS, change.do);
    const drawing = { title, index, kind: isKnown ? change.do.replace("_", "-") : "other", glyph: isKnown ? GLYPHS[change.do] : "" };
    if (street) this.drawStreet(change, street, drawing);
    this.drawRides(change);
    const at = this.placeOf(change);
    if (!at) return;
    if (change.do === "move_offer") this.drawOrigin(change, at);
    if (change.do === "open_street" && !street && isLine(change.line)) this.line(change.line.coordinates.map(([lon, lat]) => [lat, lon]), "open-street");
    this.mark(at, { ...drawing, canMove: MOVABLE.includes(change.do) || change.place?.type === "Point" });
  }

  /* Where the mark of a change stands; null where the map knows no place. What is no place at all,
     the interface says. */
  placeOf(change) {
    if (isPlace([change.lon, change.lat])) return [change.lat, change.lon];
    const stop = this.lists?.stop(change.stop ?? change.stops?.[0]);
    if (stop) return [stop.lat, stop.lon];
    if (change.offer) {
      const at = this.offerMarker(change.offer)?.getLatLng();
      return at ? [at.lat, at.lng] : null;
    }
    if (typeof change.line === "object" && change.line) return isLine(change.line) ? middleOf(change.line.coordinates) : null;
    return change.place ? this.middleOfPlace(change.place) : null;
  }

  /* Of a new quarter, whose outline is drawn as well. */
  middleOfPlace(place) {
    if (!Array.isArray(place.coordinates) || !place.coordinates.flat(Infinity).every(Number.isFinite)) return null;
    try {
      const shape = L.geoJSON(place);
      const { lat, lng } = shape.getBounds().getCenter();
      if (place.type !== "Point") this.shape(shape);
      return [lat, lng];
    } catch {
      return null;
    }
  }

  /* The way of a line that is new, goes on or runs at other times, and from where a stop moves. */
  drawRides(change) {
    const { lists } = this;
    if (!lists?.isKnown) return;
    const place = ({ lat, lon }) => [lat, lon];
    const from = lists.stop(change.do === "move_stop" ? change.stop : change.do === "extend_line" ? change.at_stop : "");
    if (from && isPlace([change.lon, change.lat])) this.line([place(from), [change.lat, change.lon]], change.do === "move_stop" ? "move-offer" : "open-street");
    if (from && change.do === "move_stop") this.mark(place(from), { glyph: "", kind: "origin", title: this.owner.data.texts.stop_was_here });
    if (Array.isArray(change.stops)) this.line(change.stops.map((each) => lists.stop(each)).filter(Boolean).map(place), "open-street");
    if (change.do !== "change_headway") return;
    for (const stop of lists.stopsOfLine(change.line)) {
      L.circleMarker(place(stop), { renderer: this.lines, interactive: false, radius: 5, className: "trial-point" }).addTo(this.group);
    }
  }

  shape(layer) {
    layer.eachLayer((each) => {
      each.options.renderer = this.lines;
      each.setStyle({ className: "trial-line add-people", fill: true, weight: 2, interactive: false });
    });
    layer.addTo(this.group);
  }

  mark(at, { glyph, kind, title, index, canMove = false }) {
    const number = index === undefined ? "" : String(index + 1); // as in the list
    const face = glyph + number;
    const icon = L.divIcon({ html: element("b", face), className: `trial ${kind}`, iconSize: [34, 34] });
    const marker = L.marker(at, {
      icon, title, alt: title, draggable: canMove, autoPan: canMove, zIndexOffset: kind === "best" ? 500 : 1000,
    });
    if (index !== undefined) {
      marker.on("dragend", () => this.owner.tell.onMoved(index, marker.getLatLng()));
      marker.bindPopup(() => this.owner.tell.figuresOf(index), this.owner.popupOptions());
      marker.on("keydown", ({ originalEvent: { key } }) => { if (key === "Delete") this.owner.tell.onRemove(index); });
      this.marks.set(index, marker);
    }
    marker.addTo(this.group);
    marker.getElement()?.setAttribute("aria-label", `${face} ${title}`.trim());
    return marker;
  }

  drawOrigin(change, at) {
    const origin = this.offerMarker(change.offer)?.getLatLng();
    if (!origin) return;
    this.line([origin, at], "move-offer");
    this.mark(origin, { glyph: "", kind: "origin", title: this.owner.data.texts.was_here });
  }

  drawStreet(change, street, { kind }) {
    for (const { geometry } of street.by_mode) {
      const lines = L.geoJSON(geometry, { interactive: false, renderer: this.lines, style: { className: `trial-line ${kind}` } });
      lines.addTo(this.group);
    }
  }

  line(points, kind, group = this.group) {
    const options = { renderer: this.lines, interactive: false, className: `trial-line ${kind}` };
    L.polyline(points, options).addTo(group);
  }

  /* What is being drawn, before it is a change. */
  sketch(points) {
    this.draft.clearLayers();
    if (points.length > 1) this.line(points, "open-street", this.draft);
    for (const point of points) {
      L.circleMarker(point, { renderer: this.lines, interactive: false, radius: 5, className: "trial-point" }).addTo(this.draft);
    }
  }

  offerMarker(id) {
    return this.taken.get(id) || this.owner.offerMarkers.get(id);
  }

  /* An offer that moves or closes is no longer shown as if it stood there. */
  takeAway(changes) {
    const gone = new Set(changes.filter((each) => each.do !== "add_offer").map((each) => each.offer));
    for (const [id, marker] of this.owner.offerMarkers) {
      if (!gone.has(id)) continue;
      this.taken.set(id, marker);
      this.owner.offerGroup.removeLayer(marker);
    }
  }

  /* Shows a mark, as the list leads there. */
  open(index) {
    const marker = this.marks.get(index);
    if (!marker) return false;
    this.owner.map.panTo(marker.getLatLng(), { animate: false });
    marker.openPopup();
    return true;
  }

  /* Marks the place where another offer helps most, before one is tried there. */
  markBest({ lon, lat }) {
    this.bestMark?.remove();
    this.bestMark = this.mark([lat, lon], { glyph: "★", kind: "best", title: this.owner.data.texts.best_place });
    this.bringIntoView([lat, lon]);
  }

  bringIntoView(at) {
    if (!this.owner.map.getBounds().contains(at)) this.owner.map.panTo(at, { animate: !calm.matches });
  }

  clear() {
    this.group.clearLayers();
    this.draft.clearLayers();
    this.marks.clear();
    for (const [id, marker] of this.taken) {
      if (this.owner.offerMarkers.get(id) === marker) this.owner.offerGroup.addLayer(marker);
    }
    this.taken.clear();
  }
}

function isPlace([lon, lat]) {
  return Number.isFinite(lon) && Number.isFinite(lat) && Math.abs(lon) <= 180 && Math.abs(lat) <= 90;
}

function isLine(shape) {
  const coordinates = shape?.coordinates;
  return Array.isArray(coordinates) && coordinates.length > 0 && coordinates.every((each) => Array.isArray(each) && isPlace(each));
}

function middleOf(points) {
  const [lon, lat] = points[Math.floor((points.length - 1) / 2)];
  const [nextLon, nextLat] = points[Math.floor(points.length / 2)];
  return [(lat + nextLat) / 2, (lon + nextLon) / 2];
}
