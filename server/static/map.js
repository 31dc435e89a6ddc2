/* The map of every page: our own base map, its controls, clusters of offers. What a page shows on it
   it adds itself. */

import { element } from "./dom.js";

export const dark = matchMedia("(prefers-color-scheme: dark)");
export const calm = matchMedia("(prefers-reduced-motion: reduce)");

const LEAST_PIXEL_RATIO = 1.25;

/* Leaflet's canvas, with a pattern over the fill of what is unknown or withheld, and a line below
   the outline of gaps, so that they can be seen on every class. */
const PatternCanvas = L.Canvas.extend({
  _fillStroke(context, layer) {
    if (layer.options.casing) {
      context.globalAlpha = 0.85;
      context.lineWidth = layer.options.weight * 2.4;
      context.lineJoin = "round";
      context.strokeStyle = layer.options.casing;
      context.stroke();
    }
    L.Canvas.prototype._fillStroke.call(this, context, layer);
    const pattern = layer.options.pattern && patternFor(context, layer.options.pattern);
    if (!pattern) return;
    context.globalAlpha = 0.8;
    context.fillStyle = pattern;
    context.fill("evenodd");
    context.globalAlpha = 1;
  },
});

function patternFor(context, kind) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const pen = tile.getContext("2d");
  pen.strokeStyle = pen.fillStyle = dark.matches ? "rgba(255,255,255,0.45)" : "#ffffff";
  if (kind === "dots") {
    pen.arc(4, 4, 1.3, 0, 2 * Math.PI);
    pen.fill();
  } else {
    pen.lineWidth = 1.6;
    for (const shift of [-8, 0, 8]) {
      pen.moveTo(shift, 8);
      pen.lineTo(shift + 8, 0);
    }
    pen.stroke();
  }
  return context.createPattern(tile, "repeat");
}

/* Tiles of others, where an operator chose some; no page tells them where it is. */
function rasterTiles(map) {
  const chosen = document.querySelector('meta[name="base-map"]');
  if (!chosen) return undefined;
  const ground = L.tileLayer(chosen.content, {
    maxZoom: 19, maxNativeZoom: 18, referrerPolicy: "no-referrer",
    attribution: attributionHtml([chosen.dataset.attribution]),
  });
  const { dataset } = map.getContainer();
  ground.on("loading", () => { delete dataset.ready; });
  ground.on("load", () => { dataset.ready = "true"; });
  ground.addTo(map);
  return { ground };
}

export class BaseMap {
  /* `data` holds `texts`, `language`, `tiles`, `attributions`; `onWhole` and `onReady` are told what
     happens. */
  constructor(container, data, { onWhole = () => {}, onReady = () => {} } = {}) {
    this.data = data;
    this.told = { onWhole, onReady };
    container.setAttribute("role", "region");
    container.setAttribute("aria-label", data.texts.map);
    this.map = L.map(container, {
      zoomControl: false, preferCanvas: true, minZoom: 6, maxZoom: 19, zoomSnap: 0.25,
      zoomAnimation: !calm.matches, fadeAnimation: !calm.matches, markerZoomAnimation: !calm.matches,
    });
    this.map.attributionControl.setPrefix(false);
    this.renderer = new PatternCanvas({ padding: 0.4 });
    this.addControls();
    dark.addEventListener("change", () => {
      this.addBasemap();
      this.restyle();
    });
  }

  addControls() {
    const { texts } = this.data;
    L.control.zoom({ zoomInTitle: texts.zoom_in, zoomOutTitle: texts.zoom_out }).addTo(this.map);
    const bar = this.map.getContainer().querySelector(".leaflet-control-zoom");
    const whole = element("a");
    whole.href = "#map";
    whole.title = texts.whole_region;
    whole.setAttribute("role", "button");
    whole.setAttribute("aria-label", texts.whole_region);
    const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    icon.setAttribute("class", "icon");
    icon.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", "/static/icons.svg#whole");
    icon.append(use);
    whole.append(icon);
    L.DomEvent.on(whole, "click", (event) => {
      L.DomEvent.stop(event);
      this.told.onWhole();
      this.showAll();
    });
    bar.append(whole);
    L.control.scale({ imperial: false, position: "bottomright" }).addTo(this.map);
  }

  addBasemap() {
    for (const layer of Object.values(this.base || {})) layer.remove();
    this.base = undefined;
    if (!this.isCredited) this.map.attributionControl.addAttribution(attributionHtml(this.data.attributions));
    this.isCredited = true;
    const raster = rasterTiles(this.map);
    if (!raster && !this.data.tiles) return;
    this.base = raster || umkreisBasemap.addTo(this.map, this.data.tiles, {
      dark: dark.matches && !this.data.light, lang: this.data.language, // paper is white
      // a little more than the screen has, sharp between two zoom levels; much more halves the frames
      devicePixelRatio: Math.min(2, Math.max(LEAST_PIXEL_RATIO, devicePixelRatio)),
    });
    for (const layer of Object.values(this.base)) layer.on("load", () => this.checkReady());
  }

  checkReady() {
    const isBaseReady = !this.base || this.map.getContainer().dataset.ready === "true";
    if (this.isDrawn && isBaseReady) this.told.onReady();
  }

  /* Drawn again where dark and light change places; pages that draw say how. */
  restyle() {}

  /* What covers the left of the map; pages with a legend say how much. */
  leftMargin() {
    return 40;
  }

  isWide() {
    return this.map.getSize().x > 600;
  }

  sizeOnScreen(bounds) {
    const corner = this.map.latLngToLayerPoint(bounds.getNorthEast());
    const other = this.map.latLngToLayerPoint(bounds.getSouthWest());
    return L.point(Math.abs(corner.x - other.x), Math.abs(corner.y - other.y));
  }

  newCluster() {
    return L.markerClusterGroup({
      maxClusterRadius: 40, showCoverageOnHover: false, disableClusteringAtZoom: 17,
      animate: !calm.matches, spiderfyOnMaxZoom: true,
      iconCreateFunction: (cluster) => this.clusterIcon(cluster),
    });
  }

  clusterIcon(cluster) {
    const markers = cluster.getAllChildMarkers();
    const colours = new Set(markers.map((marker) => marker.options.colour));
    const count = markers.length;
    const size = count < 10 ? 30 : count < 100 ? 36 : 42;
    const face = element("b", String(count));
    face.style.setProperty("--layer", colours.size === 1 ? [...colours][0] : "#38424a");
    face.title = this.data.texts.cluster.replace("{n}", count);
    return L.divIcon({ html: face, className: "cluster", iconSize: [size, size] });
  }

  /* A mark of one offer in the colour of its layer. */
  offerIcon(colour) {
    const face = element("i");
    face.style.setProperty("--layer", colour);
    return L.divIcon({ html: face, className: "offer", iconSize: [26, 26] });
  }

  showAll({ animate = !calm.matches } = {}) {
    this.map.closePopup();
    if (!this.bounds?.isValid()) return;
    const isWide = this.isWide(); // then the controls have a margin of their own
    this.map.fitBounds(this.bounds, {
      paddingTopLeft: isWide ? [70, 14] : [8, 8], paddingBottomRight: isWide ? [14, 34] : [8, 24], animate,
    });
  }

  fit(bounds) {
    this.map.closePopup();
    this.map.fitBounds(bounds, { // the legend covers a corner
      paddingTopLeft: [this.isWide() ? this.leftMargin() : 40, 40], paddingBottomRight: [40, 40], maxZoom: 17, animate: !calm.matches,
    });
  }
}

/* Everybody who made the data; the first mention of OpenStreetMap leads to its licence. Leaflet takes
   HTML here, so the texts are made harmless first. */
function attributionHtml(texts) {
  const first = texts.find((text) => text.includes("OpenStreetMap"));
  const parts = texts.map((text) => {
    const part = element(text === first ? "a" : "span", text);
    if (text === first) {
      part.href = "https://www.openstreetmap.org/copyright";
      part.target = "_blank";
      part.rel = "noopener noreferrer";
    }
    return part.outerHTML;
  });
  return parts.join(" · ");
}
