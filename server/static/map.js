/* The planner's map: districts by their class, gaps with their people, offers in clusters. Names and
   texts come from everybody's data: they are written with textContent, never as HTML. */

const dark = matchMedia("(prefers-color-scheme: dark)");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const NEAR_ZOOM = 14; // from here on the streets matter more than the class

export function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined && text !== "") made.textContent = text;
  if (className) made.className = className;
  return made;
}

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

export class PlannerMap {
  constructor(container, data, { onChoose, onHover, onReady }) {
    this.data = data;
    this.tell = { onChoose, onHover, onReady };
    this.shapes = new Map(); // url → features, fetched once
    this.districts = new Map(); // id → layer
    this.gaps = new Map(); // rank → layer
    this.layers = new Map(); // id of a layer of offers → cluster
    this.hidden = new Set();
    container.setAttribute("role", "region");
    container.setAttribute("aria-label", data.texts.map);
    this.map = L.map(container, {
      zoomControl: false, preferCanvas: true, minZoom: 6, maxZoom: 19, zoomSnap: 0.25,
      zoomAnimation: !calm.matches, fadeAnimation: !calm.matches, markerZoomAnimation: !calm.matches,
    });
    this.map.attributionControl.setPrefix(false);
    this.renderer = new PatternCanvas({ padding: 0.4 });
    const pane = this.map.createPane("gap-labels");
    pane.style.zIndex = 460;
    pane.style.pointerEvents = "none";
    this.districtGroup = L.layerGroup().addTo(this.map);
    this.gapGroup = L.layerGroup().addTo(this.map);
    this.labelGroup = L.layerGroup().addTo(this.map);
    this.reachGroup = L.layerGroup().addTo(this.map);
    this.trialGroup = L.layerGroup().addTo(this.map);
    this.offerGroup = this.newCluster().addTo(this.map);
    this.offerGroup.on("animationend", () => this.placeLabels());
    this.addControls();
    this.catchPlacing(container);
    this.map.on("zoomend", () => {
      this.restyle();
      this.placeLabels();
    });
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
      this.tell.onChoose(null);
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
    if (!this.data.tiles) return;
    this.base = umkreisBasemap.addTo(this.map, this.data.tiles, {
      dark: dark.matches, lang: this.data.language,
      devicePixelRatio: Math.max(2, devicePixelRatio), // sharp between two zoom levels as well
    });
    for (const layer of Object.values(this.base)) layer.on("load", () => this.checkReady());
  }

  /* Draws an answer; the first time the whole map. */
  async draw(data) {
    this.data = data;
    this.isDrawn = false;
    this.clearReach();
    this.clearTrial();
    this.setPlacing(false);
    const features = await this.fetchShapes(data.shapes);
    if (this.data !== data) return; // a later answer came first
    const changed = this.drawnShapes !== data.shapes;
    if (changed) this.drawDistricts(features);
    this.drawnShapes = data.shapes;
    this.drawGaps();
    this.drawOffers();
    if (!this.hasView) {
      this.hasView = true;
      this.showAll({ animate: false });
      this.addBasemap();
    }
    this.isDrawn = true;
    this.restyle();
    this.placeLabels();
    this.checkReady();
  }

  async fetchShapes(url) {
    if (!this.shapes.has(url)) {
      const response = await fetch(url);
      if (!response.ok) throw new Error(`${response.status}`);
      this.shapes.set(url, (await response.json()).features);
    }
    return this.shapes.get(url);
  }

  checkReady() {
    const isBaseReady = !this.base || this.map.getContainer().dataset.ready === "true";
    if (this.isDrawn && isBaseReady) this.tell.onReady();
  }

  drawDistricts(features) {
    this.districtGroup.clearLayers();
    this.districts.clear();
    for (const feature of features) {
      const group = L.geoJSON(feature, { renderer: this.renderer, style: {} });
      const layer = group.getLayers()[0];
      const id = String(feature.id);
      layer.on("mouseover", () => this.tell.onHover(id));
      layer.on("mouseout", () => this.tell.onHover(null));
      layer.on("click", () => this.tell.onChoose(id, { fromMap: true }));
      layer.bindTooltip(() => this.districtFigures(id), { sticky: true, opacity: 1 });
      layer.bindPopup(() => this.districtFigures(id, { isAsked: true }), this.popupOptions());
      this.districts.set(id, layer);
      this.districtGroup.addLayer(layer);
    }
    this.bounds = L.featureGroup([...this.districts.values()]).getBounds();
  }

  drawGaps() {
    this.gapGroup.clearLayers();
    this.gaps.clear();
    for (const feature of this.data.gaps.features) {
      const layer = L.geoJSON(feature, { renderer: this.renderer }).getLayers()[0];
      layer.bindTooltip(() => this.gapFigures(feature.properties), { sticky: true, opacity: 1 });
      layer.bindPopup(() => this.gapFigures(feature.properties), this.popupOptions());
      layer.label = feature.properties.label;
      this.gaps.set(String(feature.properties.rank), layer);
      this.gapGroup.addLayer(layer);
    }
  }

  restyle() {
    const looks = new Map(this.data.looks.classes.map((look) => [look.id, look]));
    const isNear = this.map.getZoom() >= NEAR_ZOOM;
    const opacity = this.data.looks.fill_opacity * (isNear ? 0.55 : 1);
    for (const [id, layer] of this.districts) {
      const look = looks.get(this.data.districts[id]?.class_id);
      if (!look) continue; // a district of the last answer, whose successors are on their way
      const isLit = id === this.lit || id === this.chosen;
      layer.setStyle({
        fillColor: dark.matches ? look.color_dark : look.color,
        fillOpacity: opacity,
        pattern: look.pattern,
        color: isLit ? (dark.matches ? "#ffffff" : "#16211d") : dark.matches ? "#14181b" : "#ffffff",
        weight: isLit ? 3 : 1.3,
        opacity: isLit ? 1 : 0.9,
      });
    }
    const ink = dark.matches ? "#ffffff" : "#1c1c2b";
    for (const layer of this.gaps.values()) {
      layer.setStyle({
        color: ink, weight: this.gapWeight(), opacity: 1, lineJoin: "round", fillColor: ink, fillOpacity: 0.1,
        casing: dark.matches ? "#14181b" : "#ffffff",
      });
    }
    const lit = this.districts.get(this.lit) || this.districts.get(this.chosen);
    if (lit) lit.bringToFront();
    if (!this.hidden.has("gaps")) for (const layer of this.gaps.values()) layer.bringToFront();
  }

  /* A whole region has many gaps: their lines must not weigh more than the districts. */
  gapWeight() {
    return Math.min(1.7, Math.max(0.8, 0.8 + (this.map.getZoom() - 11) * 0.3));
  }

  /* The numbers of people in gaps, the largest first, as far as they do not overlap. */
  placeLabels() {
    this.labelGroup.clearLayers();
    if (this.hidden.has("gaps") || !this.isDrawn) return;
    const zoom = this.map.getZoom();
    let left = zoom < 12 ? 14 : zoom < 13 ? 30 : 200;
    const taken = this.markerBoxes();
    for (const layer of this.gaps.values()) {
      if (!layer.label) continue;
      const size = this.sizeOnScreen(layer.getBounds());
      if (Math.max(size.x, size.y) < 16) continue;
      const half = L.point(7 + layer.label.length * 3.6, 10);
      const boxes = this.labelPlaces(layer, size, half).map((at) => L.bounds(at.subtract(half), at.add(half)));
      const box = boxes.find((each) => !taken.some((other) => other.overlaps(each)));
      if (!box) continue;
      taken.push(box);
      const icon = L.divIcon({
        className: "gap-label", html: element("span", layer.label), iconSize: half.multiplyBy(2),
      });
      const at = this.map.layerPointToLatLng(box.getCenter());
      L.marker(at, { icon, pane: "gap-labels", interactive: false, keyboard: false }).addTo(this.labelGroup);
      left -= 1;
      if (left === 0) break;
    }
  }

  /* Inside a gap with room; else around it, first above, as the place's name stands within. */
  labelPlaces(layer, size, half) {
    if (Math.min(size.x, size.y) > 70) return [this.map.latLngToLayerPoint(layer.getCenter())];
    const middle = this.map.latLngToLayerPoint(layer.getBounds().getCenter());
    const up = L.point(0, size.y / 2 + half.y - 2);
    const aside = L.point(size.x / 2 + half.x - 2, 0);
    return [middle.subtract(up), middle.add(up), middle.add(aside), middle.subtract(aside)];
  }

  markerBoxes() {
    return [...this.map.getPane("markerPane").children].map((marker) => {
      const at = L.DomUtil.getPosition(marker);
      const half = L.point(marker.offsetWidth / 2, marker.offsetHeight / 2);
      return L.bounds(at.subtract(half), at.add(half));
    });
  }

  /* A popup opens beside the legend, not under it. */
  popupOptions() {
    return { maxWidth: 300, autoPanPaddingTopLeft: [this.isWide() ? 265 : 8, 12], autoPanPadding: [12, 12] };
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

  drawOffers() {
    this.offerGroup.clearLayers();
    this.offerGroup.addLayers(this.data.offers.features.map((feature) => this.offerMarker(feature)));
  }

  offerMarker(feature) {
    const offer = feature.properties;
    const kind = this.data.categories[offer.category] || offer.category;
    const layer = this.data.layers.find((each) => each.id === offer.layer);
    const [lon, lat] = feature.geometry.coordinates;
    const face = element("i");
    face.style.setProperty("--layer", layer.color);
    const marker = L.marker([lat, lon], {
      icon: L.divIcon({ html: face, className: "offer", iconSize: [26, 26] }),
      title: offer.name || kind, alt: offer.name || kind, colour: layer.color,
    });
    marker.bindPopup(() => this.offerFigures(offer, kind, layer.label, marker), this.popupOptions());
    return marker;
  }

  async showLayer(id, isShown) {
    if (!isShown) {
      this.layers.get(id)?.remove();
      return;
    }
    if (!this.layers.has(id)) {
      const response = await fetch(this.data.layer_url + encodeURIComponent(id));
      if (!response.ok) throw new Error(`${response.status}`);
      const cluster = this.newCluster();
      const { features } = await response.json();
      cluster.addLayers(features.map((feature) => this.offerMarker(feature)));
      this.layers.set(id, cluster);
    }
    this.layers.get(id).addTo(this.map);
  }

  show(what, isShown) {
    const groups = { gaps: [this.gapGroup, this.labelGroup], offers: [this.offerGroup] }[what];
    for (const group of groups) isShown ? group.addTo(this.map) : group.remove();
    isShown ? this.hidden.delete(what) : this.hidden.add(what);
    this.restyle();
    this.placeLabels();
  }

  light(id) {
    if (this.lit === id) return;
    this.lit = id;
    this.restyle();
  }

  choose(id, { zoom = true } = {}) {
    this.chosen = id;
    this.restyle();
    const layer = this.districts.get(id);
    if (layer && zoom) this.fit(layer.getBounds());
    else if (zoom) this.showAll();
  }

  zoomToGap(rank) {
    const layer = this.gaps.get(rank);
    if (layer) this.fit(layer.getBounds());
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
      paddingTopLeft: [this.isWide() ? 270 : 40, 40], paddingBottomRight: [40, 40], maxZoom: 17, animate: !calm.matches,
    });
  }

  districtFigures(id, { isAsked = false } = {}) {
    const { texts } = this.data;
    const district = this.data.districts[id];
    const box = element("div", "", "figures");
    if (!district) return box;
    box.append(element("strong", district.name));
    box.append(element("span", `${district.share_text} ${district.class_id === "unknown" ? "" : texts.share}`, "big"));
    const list = element("dl");
    const facts = [[texts.residents, district.count_text]];
    if (this.data.has_short) facts.push([texts.short, district.uncovered_text]);
    for (const [name, value] of facts) {
      list.append(element("dt", name), element("dd", value));
    }
    box.append(list);
    if (district.note_text) box.append(element("p", district.note_text));
    if (isAsked) {
      const link = element("a", texts.sheet, "more");
      link.href = district.sheet;
      box.append(link);
    }
    return box;
  }

  gapFigures(gap) {
    const { texts } = this.data;
    const box = element("div", "", "figures");
    box.append(element("strong", texts.gap.replace("{people}", () => gap.residents_text)));
    box.append(element("p", gap.districts_text));
    if (gap.nearest_text) box.append(element("p", `${texts.nearest}: ${gap.nearest_text}`));
    return box;
  }

  offerFigures(offer, kind, layer, marker) {
    const { texts } = this.data;
    const box = element("div", "", "figures");
    box.append(element("strong", offer.name || kind));
    box.append(element("p", offer.name ? `${kind} · ${layer}` : layer));
    const list = element("dl", "", "wide");
    const facts = [[texts.address, offer.address], [texts.hours, offer.opening_hours]];
    for (const [name, value] of facts) {
      if (value) list.append(element("dt", name), element("dd", value));
    }
    if (offer.website) {
      const cell = element("dd");
      cell.append(isWebAddress(offer.website) ? webLink(offer.website) : offer.website);
      list.append(element("dt", texts.website), cell);
    }
    if (list.children.length) box.append(list);
    const isShown = this.reached?.id === offer.id;
    if (isShown) for (const line of this.reached.lines) box.append(element("p", line, "told"));
    const name = isShown ? texts.hide_reach : texts.show_reach.replace("{how}", () => this.data.reach.how);
    const button = element("button", name, "quiet");
    button.type = "button";
    button.addEventListener("click", () => this.toggleReach(offer.id, marker));
    box.append(button);
    if (this.data.partnering.includes(kind)) {
      const link = element("a", texts.partners, "more");
      const language = new URLSearchParams(location.search).get("lang");
      link.href = `${this.data.partners_url}${encodeURIComponent(offer.id)}/partners${language ? `?lang=${language}` : ""}`;
      box.append(link);
    }
    return box;
  }

  /* Draws from where people reach an offer, or takes it away again. */
  async toggleReach(id, marker) {
    if (this.reached?.id === id) {
      this.clearReach();
    } else {
      const { data } = this;
      const found = await this.tell.onReach(id);
      if (!found || this.data !== data) return;
      this.clearReach();
      const ink = dark.matches ? "#8ab6ff" : "#1a5fd0";
      const style = { color: ink, weight: 3, opacity: 1, dashArray: "7 5", fillColor: ink, fillOpacity: 0.15 };
      L.geoJSON(found.feature, { renderer: this.renderer, interactive: false, style }).addTo(this.reachGroup);
      this.reached = { id, lines: found.lines };
    }
    const popup = marker.getPopup();
    popup.update();
    popup.getElement()?.querySelector("button.quiet")?.focus();
  }

  clearReach() {
    this.reached = null;
    this.reachGroup.clearLayers();
  }

  /* While an offer is placed, a click on the map means its place and nothing else. */
  catchPlacing(container) {
    container.addEventListener("click", (event) => {
      if (!this.isPlacing || event.target.closest(".leaflet-control, .leaflet-popup, .trial")) return;
      event.stopPropagation();
      if (this.map.dragging.moved()) return;
      const { lng, lat } = this.map.mouseEventToLatLng(event);
      this.tell.onPlace(lng, lat);
    }, true);
  }

  setPlacing(isOn) {
    this.isPlacing = isOn;
    this.map.getContainer().classList.toggle("placing", isOn);
    if (isOn) this.map.closePopup();
  }

  placeInMiddle() {
    const { lng, lat } = this.map.getCenter();
    this.tell.onPlace(lng, lat);
  }

  /* Marks the offer on trial; moved by hand it is placed anew. */
  markTrial(lon, lat, { zoom = false } = {}) {
    this.clearTrial();
    const name = this.data.texts.trial;
    const marker = L.marker([lat, lon], {
      icon: L.divIcon({ html: element("b", "+"), className: "trial", iconSize: [34, 34] }),
      title: name, alt: name, draggable: true, zIndexOffset: 1000,
    });
    marker.on("dragend", () => {
      const at = marker.getLatLng();
      this.tell.onPlace(at.lng, at.lat);
    });
    marker.addTo(this.trialGroup);
    if (zoom && !this.map.getBounds().contains([lat, lon])) this.map.panTo([lat, lon], { animate: !calm.matches });
  }

  clearTrial() {
    this.trialGroup.clearLayers();
  }
}

function isWebAddress(text) {
  try {
    return ["http:", "https:"].includes(new URL(text).protocol);
  } catch {
    return false;
  }
}

function webLink(address) {
  const link = element("a", address);
  link.href = address;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  return link;
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
