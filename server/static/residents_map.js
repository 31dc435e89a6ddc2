/* The map of the residents' page: offers with the icons of their kinds, a place and how far one gets
   from it. */

import { element } from "./dom.js";
import { BaseMap, calm, dark } from "./map.js";

const SVG = "http://www.w3.org/2000/svg";
const SIZE = 30;
const CLOSE_ZOOM = 16;

export class ResidentsMap extends BaseMap {
  constructor(container, data, { onHover, onOffer, onPlace, onMoved, onReady, view }) {
    super(container, data, { onReady });
    Object.assign(this, { onHover, onOffer, onPlace, onMoved });
    this.regionBounds = L.latLngBounds(data.bounds);
    this.bounds = this.regionBounds;
    this.markers = new Map();
    this.cluster = this.newCluster().addTo(this.map);
    this.overlay = L.layerGroup().addTo(this.map);
    if (view) this.map.setView([view.lat, view.lon], view.zoom, { animate: false });
    else this.showAll({ animate: false });
    this.isFitted = this.isSeen();
    this.firstView = view;
    this.addBasemap();
    this.map.on("click", (event) => this.offerPlace(event.latlng));
    this.map.on("movestart", () => { this.isMoving = true; });
    this.map.on("moveend", () => {
      this.onMoved(this.view());
      requestAnimationFrame(() => this.rest()); // by then the tiles of the new view are asked for
    });
  }

  view() {
    const { lat, lng } = this.map.getCenter();
    return { zoom: this.map.getZoom(), lat, lon: lng };
  }

  middle() {
    const { lat, lng } = this.map.getCenter();
    return { lat, lon: lng };
  }

  /* `offers` have id, lon, lat, category, name. */
  showOffers(offers) {
    this.markers.clear();
    this.cluster.clearLayers();
    for (const offer of offers) this.markers.set(offer.id, this.marker(offer));
    this.cluster.addLayers([...this.markers.values()]);
    this.light(null);
  }

  /* Told by the page when it has drawn all; from then on only tiles are waited for. */
  drawn(isDrawn) {
    this.isDrawn = isDrawn;
    if (isDrawn) this.checkReady();
  }

  rest() {
    this.isMoving = false;
    this.checkReady();
  }

  /* A map on its way has all tiles of the view that it leaves. */
  checkReady() {
    if (!this.isMoving) super.checkReady();
  }

  marker(offer) {
    const [, , colour] = this.data.categories[offer.category];
    const marker = L.marker([offer.lat, offer.lon], {
      icon: this.icon(offer.category), colour, title: offer.name, keyboard: false, riseOnHover: true,
    });
    marker.offer = offer;
    marker.on("click", () => this.onOffer(offer.id));
    marker.on("mouseover", () => this.onHover(offer.id));
    marker.on("mouseout", () => this.onHover(null));
    return marker;
  }

  icon(category, className = "pin", size = SIZE) {
    const [, icon, colour] = this.data.categories[category];
    const face = document.createElementNS(SVG, "svg");
    face.setAttribute("viewBox", "0 0 30 30");
    face.setAttribute("aria-hidden", "true");
    const circle = document.createElementNS(SVG, "circle");
    for (const [name, value] of Object.entries({ cx: 15, cy: 15, r: 13.5, fill: colour })) circle.setAttribute(name, value);
    const use = document.createElementNS(SVG, "use");
    const place = { href: `${this.data.sheet}#${icon}`, x: 8, y: 8, width: 14, height: 14, color: "#fff" };
    for (const [name, value] of Object.entries(place)) use.setAttribute(name, value);
    face.append(circle, use);
    return L.divIcon({ html: face, className, iconSize: [size, size] });
  }

  /* Marks an offer while it is pointed at in the list. */
  light(id) {
    this.lit?.remove();
    this.lit = this.raised(id, "pin lit");
  }

  choose(offer, { pan = true } = {}) {
    this.chosen?.remove();
    this.chosen = undefined;
    if (!offer) return;
    this.chosen = L.marker([offer.lat, offer.lon], {
      icon: this.icon(offer.category, "pin chosen", 42), zIndexOffset: 2000, keyboard: false, interactive: false,
    }).addTo(this.map);
    if (!pan) return;
    const at = L.latLng(offer.lat, offer.lon);
    const isSeen = this.map.getBounds().pad(-0.15).contains(at) && this.map.getZoom() >= CLOSE_ZOOM - 2;
    if (!isSeen) this.map.setView(at, Math.max(this.map.getZoom(), CLOSE_ZOOM), { animate: !calm.matches });
  }

  raised(id, className) {
    const marker = this.markers.get(id);
    if (!marker) return undefined;
    const icon = this.icon(marker.offer.category, className, 38);
    return L.marker(marker.getLatLng(), { icon, zIndexOffset: 1500, keyboard: false, interactive: false }).addTo(this.map);
  }

  showPlace(place) {
    this.place?.remove();
    this.place = undefined;
    this.map.closePopup();
    if (!place) {
      this.showArea(null);
      return;
    }
    const face = element("b");
    this.place = L.marker([place.lat, place.lon], {
      icon: L.divIcon({ html: face, className: "home", iconSize: [34, 34] }),
      title: place.label, zIndexOffset: -1000, keyboard: false, draggable: true, autoPan: true,
    }).addTo(this.map);
    this.place.on("dragend", () => {
      const { lat, lng } = this.place.getLatLng();
      this.onPlace({ lat, lon: lng });
    });
  }

  /* The area within reach as a GeoJSON feature. */
  showArea(feature) {
    this.area?.remove();
    this.area = undefined;
    this.areaFeature = feature;
    if (!feature) return;
    this.area = L.geoJSON(feature, { renderer: this.renderer, interactive: false, style: () => this.areaStyle() }).addTo(this.map);
  }

  areaStyle() {
    const colour = dark.matches ? "#4fc3a1" : "#0b6b4f";
    return { color: colour, weight: 2.5, opacity: 0.95, fillColor: colour, fillOpacity: dark.matches ? 0.13 : 0.1, casing: dark.matches ? "#12201b" : "#ffffff" };
  }

  restyle() {
    this.area?.setStyle(this.areaStyle());
    this.wayLine?.setStyle(this.wayStyle());
  }

  fitArea() {
    const bounds = this.area?.getBounds();
    if (bounds?.isValid()) this.fit(bounds);
    else if (this.place) this.map.setView(this.place.getLatLng(), 15, { animate: !calm.matches });
  }

  /* The whole way where one is drawn, else all that is within reach. */
  fitNear() {
    const way = this.wayLine?.getBounds();
    if (way?.isValid()) this.fit(way);
    else this.fitArea();
  }

  fitOffers() {
    const places = [...this.markers.values()].map((marker) => marker.getLatLng());
    this.bounds = places.length ? L.latLngBounds(places).pad(0.05) : this.regionBounds;
  }

  /* Travel modes lie over the top of a wide map. */
  fit(bounds) {
    this.map.closePopup();
    const top = matchMedia("(min-width: 1200px)").matches ? 84 : 30;
    this.map.fitBounds(bounds, { paddingTopLeft: [40, top], paddingBottomRight: [30, 40], maxZoom: 17, animate: !calm.matches });
  }

  /* The way to an offer as a GeoJSON feature. */
  showWay(feature) {
    this.wayLine?.remove();
    this.wayLine = undefined;
    if (!feature) return;
    this.wayLine = L.geoJSON(feature, { renderer: this.renderer, interactive: false, style: () => this.wayStyle() }).addTo(this.map);
    if (!this.map.getBounds().contains(this.wayLine.getBounds())) this.fit(this.wayLine.getBounds());
  }

  wayStyle() {
    return { color: dark.matches ? "#8ab6ff" : "#1a5fd0", weight: 5, opacity: 0.95, casing: dark.matches ? "#10151d" : "#ffffff", fill: false };
  }

  /* A click asks back before it becomes the place: people click by mistake. */
  offerPlace(latlng) {
    const button = element("button", this.data.texts.from_here, "button");
    button.type = "button";
    button.addEventListener("click", () => {
      this.map.closePopup();
      this.onPlace({ lat: latlng.lat, lon: latlng.lng });
    });
    L.popup({ closeButton: false, className: "ask-place", autoPan: false }).setLatLng(latlng).setContent(button).openOn(this.map);
  }

  isSeen() {
    return this.map.getContainer().clientHeight > 0;
  }

  /* A map that was hidden did not know its size. */
  resized() {
    this.map.invalidateSize({ pan: false });
    if (!this.isFitted && this.isSeen()) {
      this.isFitted = true;
      const { firstView: view } = this;
      if (view) this.map.setView([view.lat, view.lon], view.zoom, { animate: false });
      else this.showAll({ animate: false });
    }
  }
}
