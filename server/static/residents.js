/* The residents' page: what is near me, and is it open. The address holds the filters; the place is
   known to this page alone and goes to the interface by POST. */

import { askJson, element, fill, postJson } from "./dom.js";
import { OfferCard } from "./offer_card.js";
import { Hours, OffersList, whyNotShown } from "./offers_list.js";
import { locate, PlaceSearch } from "./place_search.js";
import { addressOf, hasFilters, localNow, readAddress, readForm, wantedFacts, withoutFilters, writeForm } from "./resident_state.js";
import { ResidentsMap } from "./residents_map.js";
import { Saved } from "./saved.js";
import { showWeek } from "./week.js";

const byId = (id) => document.getElementById(id);
const data = JSON.parse(byId("page-data").textContent);
const { texts } = data;
const form = byId("filters");
const WAIT_MS = 300; // while a word is typed
const MOST = 500;
const PAPER_PX = 660; // width of an A4 sheet between its margins
const SERVED = ["directory", "pages", "nothing"]; // parts of the server's list
const narrow = matchMedia("(max-width: 899px)");
const language = new URLSearchParams(location.search).get("lang") || "";

let state = readAddress(location.search);
let place = null; // {label, lon, lat}: in this page's memory, nowhere else
let places = [null]; // by number, for the way back
let found = []; // offers that are shown
let area = null; // of which place, mode and minutes the area is drawn
let asking = null;
let timer = 0;

const number = new Intl.NumberFormat(data.language);
const saved = new Saved(data.region);
const hours = new Hours(data);
const urlOf = (offer) => addressOf(data.page, { ...state, offer }, language);
const list = new OffersList({
  list: byId("items"), blank: byId("blank-item"), data, hours, saved,
  onHover: (id) => map.light(id),
  onOpen: (id) => openOffer(id),
});
const card = new OfferCard({
  place: byId("card-place"), told: byId("card-told"), data, saved,
  onSaved: () => markSaved(),
  onMap: () => showSide("map"),
});
const search = new PlaceSearch({
  input: byId("place"), list: byId("suggestions"), told: byId("place-told"), clear: byId("place-clear"), data,
  onChoose: (chosen) => setPlace(chosen),
  onClear: () => { if (place) setPlace(null); },
});
const map = new ResidentsMap(byId("map"), data, {
  view: viewOfFragment(),
  onHover: (id) => list.light(id),
  onOffer: (id) => offerTapped(id),
  onPlace: (point) => setPlace({ label: texts.map_place, ...point }),
  onMoved: (view) => keepView(view),
  onReady: () => { document.body.dataset.ready = "true"; },
});

/* ---- the address: filters and view, never a place */

function viewOfFragment() {
  const parts = /^#map=([\d.]+)\/(-?[\d.]+)\/(-?[\d.]+)$/.exec(location.hash);
  return parts && { zoom: Number(parts[1]), lat: Number(parts[2]), lon: Number(parts[3]) };
}

/* Around a place the middle of the map would tell it: then the view stands nowhere. */
function keepView({ zoom, lat, lon }) {
  if (place || !document.body.dataset.ready) return;
  const hash = `#map=${Math.round(zoom * 4) / 4}/${lat.toFixed(4)}/${lon.toFixed(4)}`;
  history.replaceState(history.state, "", `${location.pathname}${location.search}${hash}`);
}

function push() {
  const hash = place ? "" : location.hash;
  history.pushState({ place: places.indexOf(place), inside: true }, "", urlOf(state.offer) + hash);
  updateLinks();
}

function updateLinks() {
  for (const link of document.querySelectorAll(".languages a")) link.href = addressOf(data.page, state, link.hreflang);
}

function change(next) {
  state = { ...state, offer: "", ...next };
  writeForm(form, state);
  push();
  refresh();
}

addEventListener("popstate", (event) => {
  const before = state;
  state = readAddress(location.search);
  const then = places[event.state?.place ?? 0] ?? null;
  const hasMoved = then !== place;
  place = then;
  writeForm(form, state);
  if (hasMoved) showPlace();
  updateLinks();
  showCardOf(state, before.offer);
  const filters = (each) => addressOf(data.page, { ...each, offer: "" }, "");
  if (hasMoved || filters(before) !== filters(state)) refresh();
});

/* ---- the place */

function setPlace(next) {
  place = next;
  if (!places.includes(place)) places.push(place);
  search.write(place?.label ?? "");
  showPlace();
  const isNear = state.view === "near" || state.view === "week";
  state = { ...state, offer: "", view: isNear ? state.view : "near" };
  push();
  refresh();
}

function showPlace() {
  search.write(place?.label ?? "");
  byId("how").hidden = !place;
  document.body.classList.toggle("placed", Boolean(place));
  area = null;
  map.showPlace(place);
  map.showWay(null);
}

byId("locate").addEventListener("click", async () => {
  search.tell(texts.locating);
  try {
    setPlace(await locate(texts));
  } catch (error) {
    search.tell(error.message);
  }
});
byId("middle").addEventListener("click", () => setPlace({ label: texts.map_place, ...map.middle() }));

/* ---- what is shown */

function refresh() {
  clearTimeout(timer);
  asking?.abort();
  const own = (asking = new AbortController());
  delete document.body.dataset.ready;
  map.drawn(false);
  document.body.classList.add("busy");
  complain("");
  showChosen();
  const shown = state.view === "saved" ? showSaved(own.signal)
    : state.view === "week" ? showWeekNear(own.signal)
      : place ? showNear(own.signal) : showListed(own.signal);
  shown.catch((error) => {
    if (error.name !== "AbortError") complain(texts.failed);
  }).finally(() => {
    if (asking !== own) return;
    document.body.classList.remove("busy");
    map.drawn(true);
  });
}

function questionNear() {
  const wanted = wantedFacts(state.has, data);
  const isMoment = !state.open || state.open === "now";
  return {
    lon: place.lon, lat: place.lat, mode: state.mode, minutes: state.minutes, limit: MOST,
    open_at: isMoment ? localNow(data.timezone) : state.open,
    ...(state.categories.length && { categories: state.categories }),
    ...(state.q && { q: state.q }),
    ...(Object.keys(wanted).length && { facts: wanted }),
    ...(state.wheelchair && { wheelchair: ["yes", "limited"] }),
    ...(state.open && { states: state.unknown ? ["open", "unknown"] : ["open"] }),
  };
}

async function showNear(signal) {
  const answer = postJson(`${data.api}/near`, questionNear(), { signal }).catch(explainPlace);
  const isNew = drawArea(signal);
  const near = await answer;
  if (!near) return;
  found = near.offers;
  list.show(found, { urlOf, asked: state.open });
  map.showOffers(found);
  const how = fill(texts[`how_${state.mode}`], { n: state.minutes });
  const count = near.total ?? found.length;
  head(fill(count === 1 ? texts.near_one : count ? texts.near_many : texts.near_none, { n: number.format(count), how }));
  whyNotShown(byId("why"), { beyond: near.beyond || {}, data, number, state, act: change });
  if (!count) sayEmpty();
  if (count > found.length) byId("why").append(element("p", fill(texts.nearest_only, { n: number.format(found.length) }), "soft"));
  showWayToCard();
  if (await isNew && !state.offer) map.fitArea();
}

/* Draws how far one gets, where that has changed; says whether it has. */
async function drawArea(signal) {
  const wanted = `${places.indexOf(place)} ${state.mode} ${state.minutes}`;
  if (area === wanted) return false;
  const { lon, lat } = place;
  try {
    map.showArea(await postJson(`${data.api}/isochrone`, { lon, lat, mode: state.mode, minutes: state.minutes }, { signal }));
    area = wanted;
    return true;
  } catch {
    map.showArea(null); // the list says what is wrong with the place
    return false;
  }
}

/* A place that the region's streets do not reach is told in plain words. */
async function explainPlace(error) {
  if (error.message !== "400") throw error;
  const [[south, west], [north, east]] = data.bounds;
  const isInside = place.lat > south && place.lat < north && place.lon > west && place.lon < east;
  found = [];
  list.show([], { urlOf });
  map.showOffers([]);
  head(isInside ? texts.no_street : fill(texts.outside, { region: data.name }));
  byId("why").replaceChildren();
  return null;
}

/* Without a place the server's list is taken, with all its filters. */
async function showListed(signal) {
  const response = await fetch(addressOf(data.page, { ...state, offer: "", view: "near" }, data.language), { signal });
  if (!response.ok) throw new Error(`${response.status}`);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  adopt(page);
  map.fitOffers();
  await painted(); // a moved map draws its tiles anew: the list is there before
  if (!signal.aborted && hasFilters(state) && found.length) map.showAll();
}

function painted() {
  return new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve)); });
}

function adopt(page) {
  clearResults();
  byId("items").replaceChildren(...page.querySelectorAll("#items > .item"));
  for (const id of SERVED) {
    const part = page.getElementById(id);
    if (part) byId("items").after(part);
  }
  head(page.getElementById("results-head").textContent);
  found = JSON.parse(page.getElementById("list-data").textContent)
    .markers.map(([id, lon, lat, category, name]) => ({ id, lon, lat, category, name }));
  map.showOffers(found);
  markSaved();
}

function clearResults() {
  list.show([], { urlOf });
  for (const id of SERVED) byId(id)?.remove();
  byId("week").replaceChildren();
  byId("why").replaceChildren();
}

async function showSaved(signal) {
  const answers = await Promise.allSettled(saved.ids().map((id) => askJson(`${data.api}/offers/${encodeURIComponent(id)}`, { signal })));
  const features = answers.filter(({ status }) => status === "fulfilled").map(({ value }) => value);
  clearResults();
  found = features.map(({ id, geometry, properties }) => ({ ...properties, id, lon: geometry.coordinates[0], lat: geometry.coordinates[1] }));
  if (place && found.length) await addWays(signal);
  list.show(found, { urlOf });
  map.showOffers(found);
  head(found.length ? fill(texts.saved_many, { n: number.format(found.length) }) : texts.saved_none);
  if (found.length) byId("why").append(element("p", texts.saved_here, "soft"));
  map.fitOffers();
  if (found.length) map.showAll();
}

/* Adds minutes and hours to what is remembered, where it is in reach. */
async function addWays(signal) {
  const question = { lon: place.lon, lat: place.lat, mode: state.mode, minutes: state.minutes, limit: MOST, open_at: localNow(data.timezone) };
  const near = await postJson(`${data.api}/near`, question, { signal }).catch(() => ({ offers: [] }));
  const known = new Map(near.offers.map((offer) => [offer.id, offer]));
  found = found.map((offer) => ({ ...offer, ...known.get(offer.id) }));
}

async function showWeekNear(signal) {
  if (!place) {
    clearResults();
    head(texts.week_needs_place);
    return;
  }
  const { open_at: _at, states: _states, limit: _limit, ...question } = questionNear();
  const isNew = drawArea(signal);
  const answer = await postJson(`${data.api}/near/week`, { ...question, from: localNow(data.timezone) }, { signal }).catch(explainPlace);
  if (!answer) return;
  clearResults();
  const entries = answer.days.flatMap((day) => day.entries);
  found = [...new Map([...entries, ...(answer.notices || [])].map((entry) => [entry.id, entry])).values()];
  map.showOffers(found.map((entry) => ({ ...entry, name: entry.name || data.categories[entry.category][0] })));
  head(fill(texts.week_head, { how: fill(texts[`how_${state.mode}`], { n: state.minutes }) }));
  showWeek(byId("week"), answer, { data, hours, minutes: (travel) => list.minutes(travel), urlOf, onOpen: (id) => openOffer(id) });
  if (await isNew) map.fitArea();
}

function head(text) {
  byId("results-head").textContent = text;
  byId("live").textContent = text;
  if (state.view !== "week") byId("week").replaceChildren();
  if (place && state.view === "near") for (const id of SERVED) byId(id)?.remove();
}

function sayEmpty() {
  if (!hasFilters(state)) return;
  const reset = element("button", texts.reset, "quiet");
  reset.type = "button";
  reset.addEventListener("click", () => change({ ...withoutFilters(state), view: state.view }));
  byId("why").append(reset);
}

function complain(text) {
  byId("trouble").textContent = text;
  byId("trouble").hidden = !text;
}

function markSaved() {
  for (const item of byId("items").children) item.classList.toggle("kept", saved.has(item.dataset.id));
}

/* ---- filters */

/* What is chosen, on every control that shows it. */
function showChosen() {
  for (const button of byId("views").children) button.setAttribute("aria-pressed", String(button.dataset.view === state.view));
  for (const chip of document.querySelectorAll("#usual [data-category]")) {
    chip.setAttribute("aria-pressed", String(state.categories.includes(chip.dataset.category)));
  }
  document.querySelector("#usual [data-open]").setAttribute("aria-pressed", String(state.open === "now"));
  document.querySelector("#usual [data-open]").parentElement.hidden = state.view === "week"; // dates have their own times
  const count = state.categories.length + Number(Boolean(state.open)) + state.has.length + Number(state.wheelchair) + Number(state.unknown);
  byId("filter-count").textContent = count || "";
  byId("filter-count").hidden = !count;
  for (const fact of form.querySelectorAll(".fact")) {
    const of = fact.dataset.categories.split(" ");
    const isChosen = [...fact.querySelectorAll("input")].some((box) => box.checked);
    fact.hidden = !isChosen && state.categories.length > 0 && !of.some((id) => state.categories.includes(id));
  }
}

function prepareFilters() {
  for (const chip of document.querySelectorAll("#usual .chip")) {
    chip.setAttribute("role", "button");
    chip.removeAttribute("aria-current");
    const toggle = (event) => {
      event.preventDefault();
      const { category: id, open } = chip.dataset;
      change(open ? { open: state.open === open ? "" : open } : { categories: state.categories.includes(id) ? [] : [id] });
    };
    chip.addEventListener("click", toggle);
    chip.addEventListener("keydown", (event) => { if (event.key === " ") toggle(event); });
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    change(readForm(form));
  });
  form.addEventListener("change", (event) => {
    if (event.target.name && event.target.name !== "q") change(readForm(form));
  });
  form.elements.q.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => change(readForm(form)), WAIT_MS);
  });
  byId("moment").addEventListener("change", ({ target }) => {
    if (target.value && target.checkValidity()) change({ open: target.value });
  });
  byId("reset").addEventListener("click", (event) => {
    event.preventDefault();
    change(withoutFilters(state));
  });
  byId("filters-done").addEventListener("click", () => {
    byId("all-kinds").open = false;
    byId("results-head").focus();
    byId("results-head").scrollIntoView({ block: "start" });
  });
  byId("views").addEventListener("click", (event) => {
    const view = event.target.closest("button")?.dataset.view;
    if (view) change({ view });
  });
  document.querySelector(".results").addEventListener("click", (event) => {
    const kind = event.target.closest("#directory [data-category]");
    if (kind) change({ categories: [kind.dataset.category] });
    else if (event.target.closest("#nothing a")) change(withoutFilters(state));
    else return;
    event.preventDefault();
  });
  for (const id of ["where", "views", "switch", "own-time", "filters-done"]) byId(id).hidden = false;
}

/* ---- an offer */

function offerTapped(id) {
  const isSmallMap = narrow.matches && document.body.dataset.side === "map";
  if (isSmallMap) peek(id);
  else openOffer(id);
}

/* On a small map an offer is shown in short below it first. */
function peek(id) {
  const offer = found.find((each) => each.id === id);
  const place_ = byId("peek");
  const close = element("button", "×", "peek-close");
  close.type = "button";
  close.setAttribute("aria-label", texts.close);
  close.addEventListener("click", () => hidePeek());
  const listed = list.find(id)?.cloneNode(true) ?? list.item({ ...offer, address: offer.address || "" }, { urlOf, asked: state.open });
  listed.classList.remove("lit");
  const holder = element("ol");
  holder.append(listed);
  listed.addEventListener("click", (event) => {
    event.preventDefault();
    openOffer(id);
  });
  place_.replaceChildren(holder, close);
  place_.hidden = false;
  map.choose(offer);
  map.showWay(null);
}

function hidePeek() {
  byId("peek").hidden = true;
  map.choose(null);
}

function openOffer(id) {
  state = { ...state, offer: id };
  push();
  showCardOf(state, "");
}

async function showCardOf({ offer }, before) {
  byId("peek").hidden = true;
  map.showWay(null);
  if (!offer) {
    closeCard(before);
    return;
  }
  const isOpen = card.offer?.id === offer;
  try {
    if (!isOpen) await card.open(offer);
  } catch (error) {
    if (error.name !== "AbortError") complain(texts.failed);
    return;
  }
  byId("finder").classList.add("behind");
  byId("card-side").hidden = false;
  byId("card-close").href = addressOf(data.page, { ...state, offer: "" }, language);
  if (narrow.matches) showSide("list", { quiet: true });
  byId("panel").scrollTop = 0;
  if (narrow.matches) scrollTo(0, 0);
  byId("card-name").focus({ preventScroll: true });
  const { lon, lat } = card.offer;
  const category = found.find((each) => each.id === offer)?.category ?? card.element.dataset.category;
  const isReached = place && found.some((each) => each.id === offer && each.travel_min !== undefined);
  map.choose({ lon, lat, category }, { pan: !isReached }); // else the whole way is shown
  showWayToCard();
}

async function showWayToCard() {
  const id = card.offer?.id;
  const hit = place && found.find((each) => each.id === id && each.travel_min !== undefined);
  card.showWay(hit, { mode: state.mode, minutes: (travel) => list.minutes(travel) });
  if (!hit) return;
  try {
    const way = await postJson(`${data.api}/way`, { lon: place.lon, lat: place.lat, mode: state.mode, offer: id });
    if (card.offer?.id === id) map.showWay(way);
  } catch {
    // the minutes stand there; the line is only an addition
  }
}

function closeCard(before) {
  const wasOpen = !byId("card-side").hidden;
  byId("card-side").hidden = true;
  byId("finder").classList.remove("behind");
  card.close();
  map.choose(null);
  if (!wasOpen) return;
  if (place) map.fitArea();
  const item = list.find(before);
  if (item) {
    item.querySelector("a").focus({ preventScroll: true });
    item.scrollIntoView({ block: "center" });
  } else byId("results-head").focus();
}

byId("card-close").addEventListener("click", (event) => {
  event.preventDefault();
  if (history.state?.inside) {
    history.back();
    return;
  }
  const before = state.offer;
  state = { ...state, offer: "" };
  push();
  closeCard(before);
});

/* ---- list and map on a small screen */

function showSide(side, { quiet = false } = {}) {
  document.body.dataset.side = side;
  for (const button of byId("switch").children) button.setAttribute("aria-pressed", String(button.dataset.side === side));
  if (side === "map") {
    map.resized();
    if (place && !state.offer) map.fitArea();
    scrollTo(0, 0);
  } else byId("peek").hidden = true;
  if (!quiet) byId("live").textContent = side === "map" ? texts.map_shown : texts.list_shown;
}

byId("switch").addEventListener("click", (event) => {
  const side = event.target.closest("button")?.dataset.side;
  if (side) showSide(side);
});
narrow.addEventListener("change", () => map.resized());

/* On paper the map keeps what it shows, as wide as a sheet. */
addEventListener("beforeprint", () => {
  const { offsetWidth: width, offsetHeight: height } = byId("map");
  if (!width || !height) return;
  const { style } = document.body;
  style.setProperty("--map-width", `${width}px`);
  style.setProperty("--map-height", `${height}px`);
  style.setProperty("--map-scale", String(Math.min(1, PAPER_PX / width)));
});

/* ---- first view: everything stands in the page already */

prepareFilters();
writeForm(form, state);
showChosen();
updateLinks();
showSide("list", { quiet: true });
history.replaceState({ place: 0 }, "");
found = JSON.parse(byId("list-data").textContent).markers
  .map(([id, lon, lat, category, name]) => ({ id, lon, lat, category, name }));
map.showOffers(found);
markSaved();
if (state.view === "near") map.drawn(true);
else refresh();
if (state.offer) {
  card.attach();
  const offer = found.find((each) => each.id === state.offer) ?? { ...card.offer };
  map.choose(offer);
}
