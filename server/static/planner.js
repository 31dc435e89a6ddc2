/* The planner's page, enhanced: a changed choice fetches the page of the new choice and puts its
   parts in place of the old ones, then the map is drawn from the same answer. */

import { Allocation } from "./allocation.js";
import { Here } from "./here.js";
import { Measures } from "./measures.js";
import { More } from "./more.js";
import { PlannerMap } from "./planner_map.js";
import { makeSortable, sortBy } from "./table.js";
import { TransitAlone } from "./transit_alone.js";
import { WeekStrip } from "./week_strip.js";

const form = document.getElementById("ask");
const trouble = document.getElementById("trouble");
const live = document.getElementById("live");
const PARTS = ["tools", "answer", "legend", "map-data"];
const WAIT_MS = 350; // while a number is typed
const LATEST_MS = 3000; // further figures do not wait longer for a slow base map
const PAPER_PX = 660; // width of an A4 sheet between its margins

// What the asker chose; the rest is the category's own
const chosen = new Set([...new URLSearchParams(location.search)].filter(([, v]) => v).map(([name]) => name));
let data = readData();
let sorting = null;
let asking = null;
let timer = 0;
let untold = null; // the answer whose further figures are not asked for yet

const map = new PlannerMap(document.getElementById("map"), data, {
  onChoose: chooseDistrict,
  onHover: (id) => {
    markRow("lit", id);
    map.light(id);
  },
  onReady: () => {
    document.body.dataset.ready = "true";
    tellRest();
  },
});

const teller = { announce: (text) => { live.textContent = text; }, complain };
map.tell.speak = teller;
const measures = new Measures(map, teller);
const more = new More(map);
const week = new WeekStrip({ onHour: askHour });
const allocation = new Allocation(map, teller);
const here = new Here(map, teller);
const alone = new TransitAlone(map);

/* What holds the page up is asked for once all is drawn. */
function tellRest() {
  if (untold !== data) return;
  untold = null;
  more.tell();
  week.tell();
}

function readData() {
  return JSON.parse(document.getElementById("map-data").textContent);
}

/* Everything that only makes sense with scripts is added by scripts. */
function enhance() {
  measures.attach(data);
  more.attach(data);
  week.attach(data);
  allocation.attach(data);
  here.attach(data);
  alone.attach(data);
  const table = document.getElementById("ranking");
  makeSortable(table, { label: data.texts.sort, onSort: (column, isUp) => { sorting = [column, isUp]; } });
  if (sorting) sortBy(table, ...sorting);
  for (const row of table.tBodies[0].rows) {
    asButton(row.querySelector(".name"), () => chooseDistrict(row.dataset.id));
    row.addEventListener("mouseenter", () => map.light(row.dataset.id));
    row.addEventListener("mouseleave", () => map.light(null));
    row.addEventListener("focusin", () => map.light(row.dataset.id));
    row.addEventListener("focusout", () => map.light(null));
  }
  for (const item of document.querySelectorAll("[data-gap]")) {
    asButton(item.querySelector(".name"), () => map.zoomToGap(item.dataset.gap));
  }
  for (const link of document.querySelectorAll("a[data-ask]")) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const isDefault = link.id === "default";
      for (const name of ["mode", "minutes", "metres"]) {
        if (isDefault) chosen.delete(name);
        else if (name !== "metres") chosen.add(name);
      }
      ask(link.href);
    });
  }
  for (const link of document.querySelectorAll(".jump a")) {
    const target = document.querySelector(link.hash);
    link.closest("li").hidden = !target || Boolean(target.closest("[hidden]"));
    link.addEventListener("click", (event) => { // a fragment would take a scenario's place
      event.preventDefault();
      jumpTo(target);
    });
  }
  for (const box of document.querySelectorAll("[data-show]")) {
    box.checked = !map.hidden.has(box.dataset.show);
    box.addEventListener("change", () => map.show(box.dataset.show, box.checked));
  }
  for (const box of document.querySelectorAll("[data-layer]")) {
    box.addEventListener("change", () => {
      map.showLayer(box.dataset.layer, box.checked).catch(() => complain(data.texts.failed));
    });
  }
}

function jumpTo(target) {
  if (target instanceof HTMLDetailsElement) target.open = true;
  target.scrollIntoView({ block: "start" });
  const place = target.querySelector("summary") || target;
  if (!place.matches("summary")) place.tabIndex = -1;
  place.focus({ preventScroll: true });
}

function asButton(place, action) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  button.append(...place.childNodes);
  button.addEventListener("click", action);
  place.append(button);
}

function rowOf(id) {
  return [...document.querySelectorAll("#ranking tbody tr")].find((row) => row.dataset.id === id);
}

function markRow(name, id) {
  for (const row of document.querySelectorAll(`#ranking tr.${name}`)) row.classList.remove(name);
  rowOf(id)?.classList.add(name);
}

/* Zooms to a district, and back when it is chosen once more. */
function chooseDistrict(id, { fromMap = false } = {}) {
  const next = id !== null && (fromMap || map.chosen !== id) ? id : null;
  markRow("chosen", next);
  if (id === null) {
    map.choose(null, { zoom: false });
  } else {
    map.choose(next, { zoom: !fromMap });
  }
  if (fromMap && matchMedia("(min-width: 900px)").matches) rowOf(id)?.scrollIntoView({ block: "nearest" });
}

function addressOfForm() {
  const values = new FormData(form);
  const mode = values.get("mode");
  const wanted = new URLSearchParams({ category: values.get("category") });
  if (chosen.has("mode")) wanted.set("mode", mode);
  const limit = mode === "line" || form.querySelector(".along") ? "metres" : "minutes";
  if (chosen.has(limit) && values.get(limit)) wanted.set(limit, values.get(limit));
  if (chosen.has("mode") && mode === "transit") wanted.set("window", windowOf(values));
  if (values.get("at")) wanted.set("at", values.get("at"));
  if (values.get("by") === "municipality") wanted.set("by", values.get("by"));
  if (values.get("lang")) wanted.set("lang", values.get("lang"));
  return `${form.action.split("?")[0]}?${wanted}`;
}

/* Departures: a part of the week, or a day and a span of the asker's own. */
function windowOf(values) {
  const window = values.get("window");
  return window === "own" ? `${values.get("day")}T${values.get("from")}/${values.get("until")}` : window;
}

/* Another day is asked for once it is whole. */
function isWhole() {
  const values = new FormData(form);
  return values.get("mode") !== "transit" || values.get("window") !== "own" || ["day", "from", "until"].every((name) => values.get(name));
}

/* The same question at an hour of the week. */
function askHour(at) {
  const url = new URL(addressOfForm(), location.href);
  url.searchParams.set("at", at);
  return ask(`${url.pathname}${url.search}`);
}

async function ask(url) {
  clearTimeout(timer);
  asking?.abort();
  const own = (asking = new AbortController());
  document.body.classList.add("busy");
  delete document.body.dataset.ready;
  try {
    const response = await fetch(url, { signal: own.signal, headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (!response.ok) {
      complain(page.querySelector("[data-message]")?.textContent || data.texts.failed);
      return;
    }
    putInPlace(page);
    history.replaceState(null, "", url);
    complain("");
    live.textContent = data.summary;
    await show();
  } catch (error) {
    if (error.name !== "AbortError") complain(data.texts.failed);
  } finally {
    if (own === asking) document.body.classList.remove("busy");
  }
}

async function show() {
  untold = data;
  setTimeout(tellRest, LATEST_MS);
  await map.draw(data);
  alone.draw();
  measures.open();
}

function complain(text) {
  trouble.textContent = text;
  trouble.hidden = !text;
  if (text) document.body.dataset.ready = "true";
}

function putInPlace(page) {
  const open = new Map([...document.querySelectorAll("details")].map((each) => [keyOf(each), each.open]));
  const layers = new Set([...document.querySelectorAll("[data-layer]:checked")].map((box) => box.dataset.layer));
  const focused = document.activeElement;
  const hadFocus = PARTS.some((id) => document.getElementById(id).contains(focused));
  for (const id of PARTS) {
    document.getElementById(id).replaceWith(document.adoptNode(page.getElementById(id)));
  }
  document.title = page.title;
  for (const each of document.querySelectorAll("details")) {
    if (open.has(keyOf(each))) each.open = open.get(keyOf(each));
  }
  for (const box of document.querySelectorAll("[data-layer]")) box.checked = layers.has(box.dataset.layer);
  data = readData();
  showInForm(data.question);
  enhance();
  markRow("chosen", map.chosen);
  if (hadFocus) (document.getElementById(focused.id) || document.getElementById("content")).focus({ preventScroll: true });
}

function keyOf(details) {
  return details.id || details.parentElement.className;
}

function showInForm(question) {
  form.elements.category.value = question.category;
  form.elements.mode.value = question.mode;
  const { at } = form.elements;
  if (![...at.options].some((option) => option.value === question.at)) at.add(new Option(question.at_name, question.at));
  at.value = question.at;
  if (form.elements.window && question.window) showWindow(question.window);
  if (form.elements.by) form.elements.by.value = question.by;
  form.querySelector(".by-metres").classList.toggle("along", question.mode !== "line" && question.metres !== null);
  for (const name of ["minutes", "metres"]) {
    const field = document.getElementById(name);
    if (question[name] !== null && document.activeElement !== field) field.value = question[name];
    for (const button of form.querySelectorAll(`button[name="${name}"]`)) {
      button.setAttribute("aria-pressed", String(Number(button.value) === question[name]));
    }
  }
}

/* A part of the week by its own name, everything else as a day and a span. */
function showWindow(asked) {
  const { window } = form.elements;
  const [start, until] = asked.split("/");
  const [day, from] = start.split("T");
  Object.entries({ day, from, until }).forEach(([name, value]) => { form.elements[name].value = value; });
  window.value = [...window.options].find((option) => option.dataset.window === asked)?.value || "own";
}

function changed(name) {
  if (name === "metres" || name === "minutes") {
    // a limit is meant for the way of travel that it was chosen with
    chosen.add("mode");
    if (name === "minutes") form.querySelector(".by-metres").classList.remove("along");
  }
  if (["window", "day", "from", "until"].includes(name)) chosen.add("mode");
  chosen.add(name);
  if (form.reportValidity() && isWhole()) ask(addressOfForm());
}

document.addEventListener("change", (event) => {
  if (event.target.form === form) changed(event.target.name); // one of its fields stands elsewhere
});
form.addEventListener("input", (event) => {
  clearTimeout(timer);
  const field = event.target;
  if (field.type !== "number") return;
  timer = setTimeout(() => { if (field.value && field.checkValidity()) changed(field.name); }, WAIT_MS);
});
form.addEventListener("click", (event) => {
  const button = event.target.closest("button[name]");
  if (!button) return;
  event.preventDefault();
  document.getElementById(button.name).value = button.value;
  changed(button.name);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (form.reportValidity()) ask(addressOfForm());
});
/* On paper the map keeps what it shows, scaled to the width of the sheet. */
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll(".method details, .legend")) details.open = true;
  const { width, height } = document.getElementById("map").getBoundingClientRect();
  const { style } = document.documentElement;
  style.setProperty("--map-width", `${width}px`);
  style.setProperty("--map-height", `${height}px`);
  style.setProperty("--map-scale", String(Math.min(1, PAPER_PX / width)));
});

if (matchMedia("(max-width: 899px)").matches) document.getElementById("legend").open = false;
enhance();
show().catch(() => complain(data.texts.failed));
