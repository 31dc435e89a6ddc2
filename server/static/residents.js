/* The residents' page: what is near me, and is it open. The address holds the filters; the place is
   known to this page alone and goes to the interface by POST. */

import { CardSide } from "./card_side.js";
import { askJson, element, fill, postJson } from "./dom.js";
import { FilterControls } from "./filter_controls.js";
import { OfferCard } from "./offer_card.js";
import { Hours, OffersList, whyNotShown } from "./offers_list.js";
import { locate, PlaceSearch } from "./place_search.js";
import { addressOf, hasFilters, hourFrom, localNow, MOST_NEAR, nearQuestion, readAddress, withoutFilters, writeForm } from "./resident_state.js";
import { ResidentsMap } from "./residents_map.js";
import { Saved } from "./saved.js";
import { keepMapOnPaper, Sides } from "./sides.js";
import { offerMoreWeek, showWeek } from "./week.js";

const byId = (id) => document.getElementById(id);
const data = JSON.parse(byId("page-data").textContent);
const { texts } = data;
const form = byId("filters");
const SERVED = ["directory", "pages", "nothing", "hours-unknown"]; // parts of the server's list
const narrow = matchMedia("(max-width: 899px)");
const language = new URLSearchParams(location.search).get("lang") || "";

const visit = {
  state: readAddress(location.search),
  place: null, // {label, lon, lat}: in this page's memory, nowhere else
  found: [], // offers that are shown
};
let places = [null]; // by number, for the way back
let area = null; // of which place, mode and minutes the area is drawn
let asking = null;

const number = new Intl.NumberFormat(data.language);
const saved = new Saved(data.region);
const hours = new Hours(data);
const urlOf = (offer) => addressOf(data.page, { ...visit.state, offer }, language);
const list = new OffersList({
  list: byId("items"), blank: byId("blank-item"), data, hours, saved,
  onHover: (id) => map.light(id),
  onOpen: (id) => openOffer(id),
});
const card = new OfferCard({
  place: byId("card-place"), told: byId("card-told"), data, saved,
  onSaved: () => markSaved(),
  onMap: () => sides.show("map"),
});
const search = new PlaceSearch({
  input: byId("place"), list: byId("suggestions"), told: byId("place-told"), clear: byId("place-clear"), data,
  onChoose: (chosen) => setPlace(chosen),
  onClear: () => { if (visit.place) setPlace(null); },
});
const map = new ResidentsMap(byId("map"), data, {
  view: viewOfFragment(),
  onHover: (id) => list.light(id),
  onOffer: (id) => offerSide.tapped(id),
  onPlace: (point) => setPlace({ label: texts.map_place, ...point }),
  onMoved: (view) => keepView(view),
  onReady: () => { document.body.dataset.ready = "true"; },
});

const filters = new FilterControls({ form, stateOf: () => visit.state, change });
const sides = new Sides({
  texts,
  onMap: () => {
    map.resized();
    if (visit.place) map.fitNear();
  },
  onList: () => offerSide.hidePeek(),
});
const offerSide = new CardSide({
  visit, data, card, list, map, sides, narrow, language, urlOf,
  onOpen: (id) => openOffer(id),
  onFailed: () => complain(texts.failed),
});

/* ---- the address: filters and view, never a place */

function viewOfFragment() {
  const parts = /^#map=([\d.]+)\/(-?[\d.]+)\/(-?[\d.]+)$/.exec(location.hash);
  return parts && { zoom: Number(parts[1]), lat: Number(parts[2]), lon: Number(parts[3]) };
}

/* Around a place the middle of the map would tell it: then the view stands nowhere. */
function keepView({ zoom, lat, lon }) {
  if (visit.place || !document.body.dataset.ready) return;
  const hash = `#map=${Math.round(zoom * 4) / 4}/${lat.toFixed(4)}/${lon.toFixed(4)}`;
  history.replaceState(history.state, "", `${location.pathname}${location.search}${hash}`);
}

function push() {
  const hash = visit.place ? "" : location.hash;
  history.pushState({ place: places.indexOf(visit.place), inside: true }, "", urlOf(visit.state.offer) + hash);
  updateLinks();
}

function updateLinks() {
  for (const link of document.querySelectorAll(".languages a")) link.href = addressOf(data.page, visit.state, link.hreflang);
}

function change(next) {
  visit.state = { ...visit.state, offer: "", ...next };
  writeForm(form, visit.state);
  push();
  refresh();
}

addEventListener("popstate", (event) => {
  const before = visit.state;
  visit.state = readAddress(location.search);
  const then = places[event.state?.place ?? 0] ?? null;
  const hasMoved = then !== visit.place;
  visit.place = then;
  writeForm(form, visit.state);
  if (hasMoved) showPlace();
  updateLinks();
  offerSide.show(before.offer);
  const address = (each) => addressOf(data.page, { ...each, offer: "" }, "");
  if (hasMoved || address(before) !== address(visit.state)) refresh();
});

/* ---- the place */

function setPlace(next) {
  visit.place = next;
  if (!places.includes(visit.place)) places.push(visit.place);
  search.write(visit.place?.label ?? "");
  showPlace();
  const isNear = visit.state.view === "near" || visit.state.view === "week";
  visit.state = { ...visit.state, offer: "", view: isNear ? visit.state.view : "near" };
  push();
  refresh();
  if (next && narrow.matches) showHow();
}

/* On a small screen the answer would stand below its question, and below the keyboard of the device. */
function showHow() {
  document.activeElement.blur();
  byId("how").scrollIntoView({ block: "start" });
}

function showPlace() {
  search.write(visit.place?.label ?? "");
  byId("how").hidden = !visit.place;
  document.body.classList.toggle("placed", Boolean(visit.place));
  area = null;
  map.showPlace(visit.place);
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
  filters.stop();
  asking?.abort();
  const own = (asking = new AbortController());
  delete document.body.dataset.ready;
  map.drawn(false);
  document.body.classList.add("busy");
  complain("");
  filters.show();
  const shown = visit.state.view === "saved" ? showSaved(own.signal)
    : visit.state.view === "week" ? showWeekNear(own.signal)
      : visit.place ? showNear(own.signal) : showListed(own.signal);
  shown.catch((error) => {
    if (error.name !== "AbortError") complain(texts.failed);
  }).finally(() => {
    if (asking !== own) return;
    document.body.classList.remove("busy");
    map.drawn(true);
  });
}

async function showNear(signal) {
  const answer = postJson(`${data.api}/near`, nearQuestion(visit, data), { signal }).catch(explainPlace);
  const isNew = drawArea(signal);
  const near = await answer;
  if (!near) return;
  visit.found = near.offers;
  list.show(visit.found, { urlOf, asked: visit.state.open });
  map.showOffers(visit.found);
  const how = fill(texts[`how_${visit.state.mode}`], { n: visit.state.minutes });
  const count = near.total ?? visit.found.length;
  head(fill(count === 1 ? texts.near_one : count ? texts.near_many : texts.near_none, { n: number.format(count), how }));
  whyNotShown(byId("why"), { beyond: near.beyond || {}, data, number, state: visit.state, act: change });
  if (!count) sayEmpty();
  if (count > visit.found.length) byId("why").append(element("p", fill(texts.nearest_only, { n: number.format(visit.found.length) }), "soft"));
  offerSide.showWay();
  const hasNewArea = await isNew;
  if (signal.aborted) return;
  sayOfRides();
  if (hasNewArea && !visit.state.offer) map.fitArea();
}

/* Draws how far one gets, where that has changed; says whether it has. */
async function drawArea(signal) {
  const { mode, minutes } = visit.state;
  const leaving = mode === "transit" ? hourFrom(momentOf(visit.state.open)) : {};
  const wanted = `${places.indexOf(visit.place)} ${mode} ${minutes} ${leaving.window}`;
  if (area === wanted) return false;
  const { lon, lat } = visit.place;
  try {
    map.showArea(await postJson(`${data.api}/isochrone`, { lon, lat, mode, minutes, ...leaving }, { signal }));
    area = wanted;
    return true;
  } catch {
    if (signal.aborted) return false;
    map.showArea(null); // the list says what is wrong with the place
    area = null;
    return false;
  }
}

/* A place that the region's streets do not reach is told in plain words. */
async function explainPlace(error) {
  if (error.message !== "400") throw error;
  if (error.problem?.type === "about:blank" && error.problem.parameter === "window") {
    visit.found = [];
    list.show([], { urlOf });
    map.showOffers([]);
    head(texts.no_timetable_now);
    byId("why").replaceChildren();
    return null;
  }
  const [[south, west], [north, east]] = data.bounds;
  const isInside = visit.place.lat > south && visit.place.lat < north && visit.place.lon > west && visit.place.lon < east;
  visit.found = [];
  list.show([], { urlOf });
  map.showOffers([]);
  head(isInside ? texts.no_street : fill(texts.outside, { region: data.name }));
  byId("why").replaceChildren();
  return null;
}

/* Without a place the server's list is taken, with all its filters. */
async function showListed(signal) {
  const response = await fetch(addressOf(data.page, { ...visit.state, offer: "", view: "near" }, data.language), { signal });
  if (!response.ok) throw new Error(`${response.status}`);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  adopt(page);
  map.fitOffers();
  await painted(); // a moved map draws its tiles anew: the list is there before
  if (!signal.aborted && hasFilters(visit.state) && visit.found.length) map.showAll();
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
  visit.found = JSON.parse(page.getElementById("list-data").textContent)
    .markers.map(([id, lon, lat, category, name]) => ({ id, lon, lat, category, name }));
  map.showOffers(visit.found);
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
  visit.found = features.map(({ id, geometry, properties }) => ({ ...properties, id, lon: geometry.coordinates[0], lat: geometry.coordinates[1] }));
  if (visit.place && visit.found.length) await addWays(signal);
  list.show(visit.found, { urlOf });
  map.showOffers(visit.found);
  head(visit.found.length ? fill(texts.saved_many, { n: number.format(visit.found.length) }) : texts.saved_none);
  if (visit.found.length) byId("why").append(element("p", texts.saved_here, "soft"));
  map.fitOffers();
  if (visit.found.length) map.showAll();
}

/* Adds minutes and hours to what is remembered, where it is in reach. */
async function addWays(signal) {
  const question = { lon: visit.place.lon, lat: visit.place.lat, mode: visit.state.mode, minutes: visit.state.minutes, limit: MOST_NEAR, open_at: localNow(data.timezone) };
  const near = await postJson(`${data.api}/near`, question, { signal }).catch(() => ({ offers: [] }));
  const known = new Map(near.offers.map((offer) => [offer.id, offer]));
  visit.found = visit.found.map((offer) => ({ ...offer, ...known.get(offer.id) }));
}

async function showWeekNear(signal) {
  if (!visit.place) {
    clearResults();
    head(texts.week_needs_place);
    return;
  }
  const { open_at: _at, states: _states, limit: _limit, ...question } = nearQuestion(visit, data);
  const isNew = drawArea(signal);
  const answer = await postJson(`${data.api}/near/week`, { ...question, from: localNow(data.timezone) }, { signal }).catch(explainPlace);
  if (!answer) return;
  clearResults();
  const entries = answer.days.flatMap((day) => day.entries);
  visit.found = [...new Map([...entries, ...(answer.notices || [])].map((entry) => [entry.id, entry])).values()];
  map.showOffers(visit.found.map((entry) => ({ ...entry, name: entry.name || data.categories[entry.category][0] })));
  head(fill(texts.week_head, { how: fill(texts[`how_${visit.state.mode}`], { n: visit.state.minutes }) }));
  if (answer.left_out.no_timetable) byId("why").append(element("p", fill(texts.week_beyond, { n: number.format(answer.left_out.no_timetable) }), "soft"));
  if (!visit.found.length) offerMoreWeek(byId("why"), { data, state: visit.state, act: change });
  showWeek(byId("week"), answer, { data, hours, minutes: (travel) => list.minutes(travel), urlOf, onOpen: (id) => openOffer(id) });
  const hasNewArea = await isNew;
  if (signal.aborted) return;
  sayOfRides();
  if (hasNewArea) map.fitArea();
}

function head(text) {
  byId("results-head").textContent = text;
  byId("live").textContent = text;
  if (visit.state.view !== "week") byId("week").replaceChildren();
  if (visit.place && visit.state.view === "near") for (const id of SERVED) byId(id)?.remove();
}

/* What the area by bus and train means, and which services have to be booked. */
function sayOfRides() {
  if (visit.state.mode !== "transit") return;
  const lines = [area === null ? texts.no_area_rides : texts.area_rides, ...data.transit_notes];
  byId("why").append(...lines.map((line) => element("p", line, "soft")));
}

function momentOf(open) {
  return /^\d{4}-/.test(open) ? open : localNow(data.timezone);
}

function sayEmpty() {
  if (!hasFilters(visit.state)) return;
  const reset = element("button", texts.reset, "quiet");
  reset.type = "button";
  reset.addEventListener("click", () => change({ ...withoutFilters(visit.state), view: visit.state.view }));
  byId("why").append(reset);
}

function complain(text) {
  byId("trouble").textContent = text;
  byId("trouble").hidden = !text;
}

function markSaved() {
  for (const item of byId("items").children) item.classList.toggle("kept", saved.has(item.dataset.id));
}

/* ---- an offer */

function openOffer(id) {
  visit.state = { ...visit.state, offer: id };
  push();
  offerSide.show("");
}

byId("card-close").addEventListener("click", (event) => {
  event.preventDefault();
  if (history.state?.inside) {
    history.back();
    return;
  }
  const before = visit.state.offer;
  visit.state = { ...visit.state, offer: "" };
  push();
  offerSide.close(before);
});

/* ---- first view: everything stands in the page already */

writeForm(form, visit.state);
filters.show();
updateLinks();
sides.show("list", { quiet: true });
keepMapOnPaper();
narrow.addEventListener("change", () => map.resized());
history.replaceState({ place: 0 }, "");
visit.found = JSON.parse(byId("list-data").textContent).markers
  .map(([id, lon, lat, category, name]) => ({ id, lon, lat, category, name }));
map.showOffers(visit.found);
markSaved();
if (visit.state.view === "near") map.drawn(true);
else refresh();
if (visit.state.offer) {
  card.attach();
  const offer = visit.found.find((each) => each.id === visit.state.offer) ?? { ...card.offer };
  map.choose(offer);
}
