/* The best possible allocation of all people to all offers of a category, under capacities that are
   entered or stated: asked, told, tabled, and drawn in place of the shares. */

import { askJson, element, fill } from "./dom.js";
import { dark } from "./map.js";
import { makeSortable, makeTable, tableFile } from "./table.js";
import { Words } from "./words.js";

// Okabe and Ito's colours, which everybody can tell apart; two more rounds differ by their dashes
const INKS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#8a6d00", "#7b4fa3"];
const MOST_UNSERVED = 8; // districts that are named

export class Allocation {
  constructor(map, { announce }) {
    this.map = map;
    this.announce = announce;
    this.group = L.layerGroup().addTo(map.map);
    this.layers = new Map(); // id of an offer → its area
    map.tell.onCapacity = () => this.tellSingle();
  }

  attach(data) {
    this.data = data;
    this.words = new Words(data);
    this.asking?.abort();
    this.clear();
    this.map.reach.forget(data.carry.category);
    const box = document.getElementById("carry");
    this.box = box;
    if (!box) return;
    box.hidden = false;
    const named = (name) => box.querySelector(`[data-carry="${name}"]`);
    this.parts = Object.fromEntries(["form", "single", "reset", "trouble", "outcome"].map((name) => [name, named(name)]));
    this.parts.form?.addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask();
    });
    this.parts.reset?.addEventListener("click", () => this.reset());
    this.tellSingle();
  }

  /* Capacities entered in popups count for their offers. */
  tellSingle() {
    const { single, form } = this.parts || {};
    if (!single) return;
    const count = this.map.reach.entered.size;
    single.hidden = !count;
    single.textContent = fill(this.data.texts.entered_single, { n: this.words.number(count) });
    const { carry } = this.data;
    form.elements.capacity.required = carry.stated + count < carry.offers;
  }

  async ask() {
    const { form, trouble, outcome } = this.parts;
    const { carry, texts } = this.data;
    const { capacity, demand, limit } = form.elements;
    const amounts = [...this.map.reach.entered].map(([id, units]) => `${id}=${units}`);
    if (capacity.value) amounts.unshift(capacity.value);
    const asked = new URLSearchParams({ category: carry.category, kind: "balanced", mode: carry.mode });
    if (amounts.length) asked.set("capacity", amounts.join(","));
    if (demand) asked.set("demand", demand.value);
    if (limit.checked) asked.set("minutes", carry.minutes);
    this.asking?.abort();
    const own = (this.asking = new AbortController());
    outcome.setAttribute("aria-busy", "true");
    try {
      const found = await askJson(`${carry.url}?${asked}`, { signal: own.signal });
      trouble.hidden = true;
      this.draw(found);
      this.tell(found);
    } catch (error) {
      if (error.name !== "AbortError") {
        trouble.textContent = texts.failed;
        trouble.hidden = false;
      }
    } finally {
      if (own === this.asking) outcome.removeAttribute("aria-busy");
    }
  }

  tell(found) {
    const { texts, carry } = this.data;
    const { totals, assumptions } = found;
    const values = {
      unit: carry.unit, demand: this.words.number(totals.demand), mode: carry.mode_name,
      served: this.words.number(totals.served), unserved: this.words.number(totals.unserved),
      total: `${this.words.number(totals.capacity)} ${carry.unit}`,
      limit: assumptions.limit_min === null ? texts.no_limit : fill(texts.with_limit, { minutes: this.words.number(assumptions.limit_min) }),
    };
    const result = totals.served === null ? texts.served_withheld : fill(totals.unserved ? texts.served : texts.all_served, values);
    const lines = [result, fill(texts.allocation_basis, values)];
    const parts = [element("p", lines[0], "sentence"), element("p", lines[1]), element("p", texts.allocation_map, "soft")];
    const unserved = totals.by_district.filter((row) => row.unserved).sort((a, b) => b.unserved - a.unserved);
    if (unserved.length) {
      const rows = unserved.slice(0, MOST_UNSERVED).map((row) => [row.name, this.cell(row.unserved), this.cell(row.residents)]);
      parts.push(this.part(texts.unserved_title, makeTable([texts.district, texts.unserved, texts.here_people], rows), true));
    }
    parts.push(this.part(texts.allocation_title, this.offersTable(found.features), true));
    parts.push(this.part(texts.compare_title, this.comparison(found.features), false, texts.compare_note));
    this.parts.outcome.replaceChildren(...parts);
    this.parts.reset.hidden = false;
    this.announce(lines.join(" "));
  }

  part(title, table, isOpen, note) {
    const part = element("details");
    part.open = isOpen;
    const scroll = element("div", "", "scroll");
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", title);
    scroll.append(table);
    const file = tableFile(table, this.data.texts.save_table, "umkreis-radii");
    part.append(element("summary", title), ...(note ? [element("p", note, "soft")] : []), scroll, file);
    makeSortable(table, { label: this.data.texts.sort, onSort: () => {} });
    return part;
  }

  cell(value) {
    return value === null ? { text: "–", value: "" } : { text: this.words.number(value), value };
  }

  offersTable(features) {
    const { texts } = this.data;
    const columns = [texts.offer, texts.assigned, texts.left, texts.median, texts.p90, texts.longest, texts.one_more];
    return this.table(columns, features, (offer) => [
      { text: offer.assigned === null ? "–" : `${this.words.number(offer.assigned)} / ${this.words.number(offer.capacity)}`, value: offer.assigned ?? "" },
      this.cell(offer.left), this.cell(offer.p50_min), this.cell(offer.p90_min), this.cell(offer.max_min), this.oneMore(offer),
    ]);
  }

  /* One more place serves somebody, or spares time, or does nothing. */
  oneMore({ one_more_served: serves, one_more_min: minutes }) {
    const { texts } = this.data;
    if (serves) return { text: texts.one_more_serves, value: 1e6 };
    const saved = -(minutes ?? 0);
    if (saved < 0.05) return { text: texts.one_more_nothing, value: 0 };
    return { text: fill(texts.one_more_saves, { n: this.words.number(saved) }), value: saved };
  }

  comparison(features) {
    const { texts } = this.data;
    return this.table([texts.offer, texts.best, texts.by_nearest, texts.by_huff], features, (offer) => [
      this.cell(offer.residents), this.cell(offer.nearest_residents), this.cell(offer.huff_residents),
    ]);
  }

  table(columns, features, cellsOf) {
    const table = makeTable(columns, features.map(({ properties: offer }) => [offer.name || this.data.texts.nameless, ...cellsOf(offer)]));
    features.forEach(({ properties: offer }, i) => {
      const row = table.tBodies[0].rows[i];
      row.addEventListener("mouseenter", () => this.light(offer.id));
      row.addEventListener("mouseleave", () => this.light(null));
      row.addEventListener("focusin", () => this.light(offer.id));
      row.addEventListener("focusout", () => this.light(null));
      const layer = this.layers.get(offer.id);
      if (!layer) return;
      const button = element("button", "", "plain");
      button.type = "button";
      const swatch = element("span", "", "swatch dot");
      swatch.style.background = layer.options.ink;
      button.append(swatch, ...row.cells[0].childNodes);
      button.addEventListener("click", () => this.map.fit(layer.getBounds()));
      row.cells[0].append(button);
    });
    return table;
  }

  /* Areas by offer, with lines to them; the shares step back. */
  draw(found) {
    this.clear();
    this.map.dim(true);
    document.getElementById("legend").open = false; // it tells of the shares
    const places = new Map(this.data.offers.features.map((feature) => [feature.properties.id, feature.geometry.coordinates]));
    found.features.forEach((feature, i) => {
      if (!feature.geometry) return;
      const ink = INKS[i % INKS.length];
      const dashArray = [null, "6 4", "2 4"][Math.floor(i / INKS.length) % 3];
      const style = { color: ink, weight: 1.5, opacity: 1, dashArray, fillColor: ink, fillOpacity: dark.matches ? 0.45 : 0.4 };
      const area = L.geoJSON(feature, { renderer: this.map.renderer, style, ink });
      const { properties: offer } = feature;
      area.bindTooltip(() => this.figures(offer), { sticky: true, opacity: 1 });
      area.addTo(this.group);
      this.layers.set(offer.id, area);
      const [lon, lat] = places.get(offer.id) || [];
      if (lon === undefined) return;
      for (const ring of polygonsOf(feature.geometry)) {
        const middle = L.polygon(ring.map(([x, y]) => [y, x])).getBounds().getCenter();
        L.polyline([[lat, lon], middle], { renderer: this.map.renderer, interactive: false, color: ink, weight: 1.5, opacity: 0.9 }).addTo(this.group);
      }
    });
  }

  figures(offer) {
    const { texts, carry } = this.data;
    const box = element("div", "", "figures");
    box.append(element("strong", offer.name || texts.nameless));
    const list = element("dl");
    const used = offer.assigned === null ? "–" : `${this.words.number(offer.assigned)} / ${this.words.number(offer.capacity)} ${carry.unit}`;
    for (const [name, value] of [[texts.assigned, used], [texts.median, this.cell(offer.p50_min).text]]) {
      list.append(element("dt", name), element("dd", value));
    }
    box.append(list);
    return box;
  }

  light(id) {
    for (const [each, layer] of this.layers) {
      const isLit = each === id;
      layer.setStyle({ weight: isLit ? 4 : 1.5, fillOpacity: isLit ? 0.75 : dark.matches ? 0.45 : 0.4 });
      if (isLit) layer.bringToFront();
    }
  }

  reset() {
    this.asking?.abort();
    this.clear();
    this.parts.outcome.replaceChildren();
    this.parts.reset.hidden = true;
    this.parts.form.elements.capacity.focus();
  }

  clear() {
    this.group.clearLayers();
    this.layers.clear();
    this.map.dim(false);
  }
}

/* The outer rings of a shape. */
function polygonsOf({ type, coordinates }) {
  return type === "Polygon" ? [coordinates[0]] : coordinates.map((polygon) => polygon[0]);
}
