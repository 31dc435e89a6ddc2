/* The map of one offer, of its partners and the gaps around it, and of an embedded list. */

import { element, fill } from "./dom.js";
import { BaseMap, calm, dark } from "./map.js";

const SVG = "http://www.w3.org/2000/svg";

export class OfferMap extends BaseMap {
  /* What the icons of `thing` say: `icon` in the sheet, `color`. */
  face({ icon, color }, { className = "pin", size = 30 } = {}) {
    const face = document.createElementNS(SVG, "svg");
    face.setAttribute("viewBox", "0 0 30 30");
    face.setAttribute("aria-hidden", "true");
    const circle = document.createElementNS(SVG, "circle");
    for (const [name, value] of Object.entries({ cx: 15, cy: 15, r: 13.5, fill: color })) circle.setAttribute(name, value);
    const use = document.createElementNS(SVG, "use");
    const place = { href: `${this.data.sheet}#${icon}`, x: 8, y: 8, width: 14, height: 14, color: "#fff" };
    for (const [name, value] of Object.entries(place)) use.setAttribute(name, value);
    face.append(circle, use);
    return L.divIcon({ html: face, className, iconSize: [size, size] });
  }

  /* A mark that opens a window with the name as a link. */
  linked(thing, options = {}) {
    const { newTab = false, keyboard = false, ...looks } = options;
    const marker = L.marker([thing.lat, thing.lon], {
      icon: this.face(thing, looks), colour: thing.color, title: thing.name, alt: thing.name, keyboard, riseOnHover: true,
    });
    marker.bindPopup(() => {
      const part = element("div", "", "figures");
      const name = element("strong");
      const link = element("a", thing.name);
      link.href = thing.url;
      if (newTab) Object.assign(link, { target: "_blank", rel: "noopener" });
      name.append(link);
      part.append(name);
      for (const line of thing.lines || []) if (line) part.append(element("p", line));
      return part;
    });
    return marker;
  }

  showOffer(offer) {
    this.offer = offer;
    const icon = this.face(offer, { className: "pin chosen", size: 42 });
    L.marker([offer.lat, offer.lon], { icon, title: offer.name, alt: offer.name, keyboard: false, interactive: false, zIndexOffset: 2000 }).addTo(this.map);
    this.bounds = L.latLng(offer.lat, offer.lon).toBounds(900);
    this.isDrawn = true;
  }

  /* Nothing lies under the controls or the names of the sources. */
  showAll({ animate = !calm.matches } = {}) {
    this.map.closePopup();
    const sources = this.map.getContainer().querySelector(".leaflet-control-attribution").offsetHeight;
    const left = this.isWide() ? 70 : 30;
    this.map.fitBounds(this.bounds, { paddingTopLeft: [left, 30], paddingBottomRight: [30, sources + 34], maxZoom: 17, animate });
  }

  showGaps(shapes) {
    this.gaps = shapes.map((shape, at) => {
      const gap = L.geoJSON(shape, { renderer: this.renderer, style: () => this.gapStyle() }).addTo(this.map);
      return gap.bindTooltip(element("span", fill(this.data.texts.gap, { n: at + 1 })), { sticky: true });
    });
  }

  gapStyle() {
    const colour = dark.matches ? "#ffffff" : "#1c1c2b";
    return { color: colour, weight: 2.5, opacity: 1, dashArray: "2 5", fillColor: colour, fillOpacity: 0.12 };
  }

  /* The area as a GeoJSON feature. */
  showArea(feature) {
    this.area?.remove();
    this.area = L.geoJSON(feature, { renderer: this.renderer, interactive: false, style: () => this.areaStyle() }).addTo(this.map);
    const bounds = this.area.getBounds();
    if (!bounds.isValid()) return;
    this.bounds = bounds.extend([this.offer.lat, this.offer.lon]);
    this.showAll();
  }

  areaStyle() {
    const colour = dark.matches ? "#4fc3a1" : "#0b6b4f";
    return { color: colour, weight: 2.5, opacity: 0.95, fillColor: colour, fillOpacity: 0.13, casing: dark.matches ? "#12201b" : "#ffffff" };
  }

  restyle() {
    this.area?.setStyle(this.areaStyle());
    for (const gap of this.gaps || []) gap.setStyle(this.gapStyle());
  }
}
