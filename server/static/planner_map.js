/* The planner's map: districts by their class, gaps with their people, offers in clusters. */

import { askJson, element, isWebAddress, webLink } from "./dom.js";
import { BaseMap, dark } from "./map.js";
import { Reach } from "./reach.js";
import { TrialMarks } from "./trial.js";

const NEAR_ZOOM = 14; // from here on the streets matter more than the class

export class PlannerMap extends BaseMap {
  constructor(container, data, { onChoose, onHover, onReady }) {
    super(container, data, { onWhole: () => onChoose(null), onReady });
    this.tell = { onChoose, onHover };
    this.shapes = new Map(); // url → features, fetched once
    this.districts = new Map(); // id → layer
    this.gaps = new Map(); // rank → layer
    this.layers = new Map(); // id of a layer of offers → cluster
    this.offerMarkers = new Map(); // id of an offer that is asked for → its mark
    this.after = null; // districts as a scenario makes them, while they are shown instead
    this.hidden = new Set();
    const pane = this.map.createPane("gap-labels");
    pane.style.zIndex = 460;
    pane.style.pointerEvents = "none";
    this.districtGroup = L.layerGroup().addTo(this.map);
    this.gapGroup = L.layerGroup().addTo(this.map);
    this.labelGroup = L.layerGroup().addTo(this.map);
    this.reach = new Reach(this);
    this.trial = new TrialMarks(this);
    this.offerGroup = this.newCluster().addTo(this.map);
    this.offerGroup.on("animationend", () => this.placeLabels());
    this.map.on("zoomend", () => {
      this.restyle();
      this.placeLabels();
    });
  }

  /* Draws an answer; the first time the whole map. */
  async draw(data) {
    this.data = data;
    this.isDrawn = false;
    this.reach.forget(data.carry.category);
    this.after = null;
    this.trial.clear();
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
      this.shapes.set(url, (await askJson(url)).features);
    }
    return this.shapes.get(url);
  }

  drawDistricts(features) {
    this.districtGroup.clearLayers();
    this.districts.clear();
    for (const feature of features) {
      const group = L.geoJSON(feature, { renderer: this.renderer, style: {} });
      const layer = group.getLayers()[0];
      const id = String(feature.id);
      this.bindDistrict(layer, id, () => this.after?.[id]);
      this.districts.set(id, layer);
      this.districtGroup.addLayer(layer);
    }
    this.bounds = L.featureGroup([...this.districts.values()]).getBounds();
  }

  /* `after` says how a scenario makes the district, if that is what the layer shows. */
  bindDistrict(layer, id, after) {
    layer.on("mouseover", () => this.tell.onHover(id));
    layer.on("mouseout", () => this.tell.onHover(null));
    layer.on("click", () => this.tell.onChoose(id, { fromMap: true }));
    layer.bindTooltip(() => this.districtFigures(id, { after: after() }), { sticky: true, opacity: 1 });
    layer.bindPopup(() => this.districtFigures(id, { after: after(), isAsked: true }), this.popupOptions());
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
    for (const [id, layer] of this.districts) {
      const style = this.districtStyle(id, this.after?.[id]);
      if (style) layer.setStyle(style);
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

  /* None for a district of the last answer, whose successors are on their way. */
  districtStyle(id, { class_id: classId } = this.data.districts[id] || {}) {
    const look = this.data.looks.classes.find((each) => each.id === classId);
    if (!look) return null;
    const isLit = id === this.lit || id === this.chosen;
    return {
      fillColor: dark.matches ? look.color_dark : look.color,
      fillOpacity: this.data.looks.fill_opacity * (this.isDimmed ? 0.12 : this.map.getZoom() >= NEAR_ZOOM ? 0.55 : 1),
      pattern: this.isDimmed ? "" : look.pattern,
      color: isLit ? (dark.matches ? "#ffffff" : "#16211d") : dark.matches ? "#14181b" : "#ffffff",
      weight: isLit ? 3 : 1.3,
      opacity: isLit ? 1 : 0.9,
    };
  }

  /* A whole region has many gaps: their lines must not weigh more than the districts. */
  gapWeight() {
    return Math.min(1.7, Math.max(0.8, 0.8 + (this.map.getZoom() - 11) * 0.3));
  }

  /* The numbers of people in gaps, the largest first, as far as they do not overlap. */
  placeLabels() {
    this.labelGroup.clearLayers();
    if (this.hidden.has("gaps") || this.isDimmed || !this.isDrawn) return;
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

  leftMargin() {
    return 270; // the legend
  }

  /* A popup opens beside the legend, not under it. */
  popupOptions() {
    const isWide = this.isWide();
    return {
      // beside the legend or the controls, and an area below its offer is seen as well
      autoPanPaddingTopLeft: [isWide ? 265 : 60, 12], autoPanPaddingBottomRight: [12, isWide ? 110 : 62],
      maxWidth: isWide ? 300 : 250, maxHeight: isWide ? null : this.map.getSize().y - 110,
    };
  }

  drawOffers() {
    this.offerGroup.clearLayers();
    this.offerMarkers = new Map(this.data.offers.features.map((feature) => [feature.properties.id, this.offerMarker(feature)]));
    this.offerGroup.addLayers([...this.offerMarkers.values()]);
  }

  offerMarker(feature) {
    const offer = feature.properties;
    const kind = this.data.categories[offer.category] || offer.category;
    const layer = this.data.layers.find((each) => each.id === offer.layer);
    const [lon, lat] = feature.geometry.coordinates;
    const marker = L.marker([lat, lon], {
      icon: this.offerIcon(layer.color),
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
      const { features } = await askJson(this.data.layer_url + encodeURIComponent(id));
      const cluster = this.newCluster();
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

  /* The shares and gaps step back for another picture. */
  dim(isDimmed) {
    if (Boolean(this.isDimmed) === isDimmed) return;
    this.isDimmed = isDimmed;
    for (const group of [this.gapGroup, this.labelGroup]) {
      if (isDimmed) group.remove();
      else if (!this.hidden.has("gaps")) group.addTo(this.map);
    }
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

  districtFigures(id, { isAsked = false, after } = {}) {
    const { texts } = this.data;
    const before = this.data.districts[id];
    const box = element("div", "", "figures");
    if (!before) return box;
    const district = { ...before, ...after };
    box.append(element("strong", district.name));
    box.append(element("span", `${district.share_text} ${district.class_id === "unknown" ? "" : texts.share}`, "big"));
    if (after) box.append(element("p", `${texts.before}: ${before.share_text}`));
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
    box.append(this.reach.partOf(offer, marker));
    this.tell.onOffer?.(offer.id, box);
    if (this.data.partnering.includes(kind)) {
      const link = element("a", texts.partners, "more");
      const language = new URLSearchParams(location.search).get("lang");
      link.href = `${this.data.partners_url}${encodeURIComponent(offer.id)}/partners${language ? `?lang=${language}` : ""}`;
      this.tell.onPartners?.(offer.id, link);
      box.append(link);
    }
    return box;
  }
}
