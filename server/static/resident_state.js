/* What the residents' page asks: filters in the address, never a place. The form shows them; both are
   written and read here. */

const MODES = ["walk", "stepfree", "bike", "car", "transit"];
const USUAL = { categories: [], q: "", open: "", unknown: false, has: [], wheelchair: false, mode: "walk", minutes: 10, view: "near", offer: "" };

export const MOST_NEAR = 500;

export function readAddress(search) {
  const asked = new URLSearchParams(search);
  const several = (name) => [...new Set(asked.getAll(name).flatMap((text) => text.split(",")).filter(Boolean))];
  return {
    categories: several("category"), q: asked.get("q") || "", open: asked.get("open") || "",
    unknown: asked.get("unknown") === "1", has: several("has"), wheelchair: asked.get("wheelchair") === "1",
    mode: MODES.includes(asked.get("mode")) ? asked.get("mode") : USUAL.mode,
    minutes: Number(asked.get("minutes")) || USUAL.minutes,
    view: asked.get("view") || USUAL.view, offer: asked.get("offer") || "",
  };
}

export function addressOf(page, state, language) {
  const asked = new URLSearchParams();
  const put = (name, value) => { if (value) asked.set(name, value); };
  put("category", state.categories.join(","));
  put("q", state.q);
  put("open", state.open);
  put("unknown", state.unknown && "1");
  put("has", state.has.join(","));
  put("wheelchair", state.wheelchair && "1");
  for (const name of ["mode", "minutes", "view"]) if (state[name] !== USUAL[name]) put(name, String(state[name]));
  put("offer", state.offer);
  put("lang", language);
  const text = asked.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
  return text ? `${page}?${text}` : page;
}

export function readForm(form) {
  const values = new FormData(form);
  return {
    categories: values.getAll("category"), q: (values.get("q") || "").trim(), open: values.get("open") || "",
    unknown: values.has("unknown"), has: values.getAll("has"), wheelchair: values.has("wheelchair"),
    mode: values.get("mode"), minutes: Number(values.get("minutes")),
  };
}

export function writeForm(form, state) {
  const isOn = (box, wanted) => { box.checked = wanted; };
  for (const box of form.querySelectorAll("[name=category]")) isOn(box, state.categories.includes(box.value));
  for (const box of form.querySelectorAll("[name=has]")) isOn(box, state.has.includes(box.value));
  isOn(form.elements.unknown, state.unknown);
  isOn(form.elements.wheelchair, state.wheelchair);
  for (const name of ["mode", "minutes"]) {
    for (const box of form.querySelectorAll(`[name=${name}]`)) isOn(box, box.value === String(state[name]));
  }
  if (document.activeElement !== form.elements.q) form.elements.q.value = state.q;
  writeOpen(form.elements.open, state.open);
}

function writeOpen(select, value) {
  if (![...select.options].some((option) => option.value === value)) {
    const own = new Option(localTime(value, document.documentElement.lang), value);
    own.dataset.own = "true";
    for (const old of select.querySelectorAll("[data-own]")) old.remove();
    select.append(own);
  }
  select.value = value;
}

export function hasFilters(state) {
  return Boolean(state.categories.length || state.q || state.open || state.has.length || state.wheelchair);
}

export function withoutFilters(state) {
  const { mode, minutes } = state;
  return { ...USUAL, mode, minutes };
}

/* Facts that are wanted, as the interface takes them: several choices mean any of them. */
function wantedFacts(has, { fact_types: types, parts }) {
  const wanted = {};
  for (const text of has) {
    const [name, ...rest] = text.split(".");
    const value = rest.join(".");
    if (["choice", "choices"].includes(types[name])) (wanted[name] ||= []).push(value);
    else if (types[name] === "number") wanted[name] = 1;
    else if (types[name] === "times") wanted[name] = parts[value] || value;
    else wanted[name] = true;
  }
  return wanted;
}

/* What the interface is asked near a place, with all that is chosen. */
export function nearQuestion({ place, state }, data) {
  const wanted = wantedFacts(state.has, data);
  const isMoment = !state.open || state.open === "now";
  return {
    lon: place.lon, lat: place.lat, mode: state.mode, minutes: state.minutes, limit: MOST_NEAR,
    open_at: isMoment ? localNow(data.timezone) : state.open,
    ...(state.categories.length && { categories: state.categories }),
    ...(state.q && { q: state.q }),
    ...(Object.keys(wanted).length && { facts: wanted }),
    ...(state.wheelchair && { wheelchair: ["yes", "limited"] }),
    ...(state.open && { states: state.unknown ? ["open", "unknown"] : ["open"] }),
  };
}

/* A local time as it stands in an address, for people: "Sat, 28 Nov, 10:00". */
export function localTime(text, language) {
  const moment = new Date(`${text}Z`);
  if (Number.isNaN(moment.getTime())) return text;
  const parts = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return new Intl.DateTimeFormat(language, { ...parts, timeZone: "UTC" }).format(moment);
}

/* The wall clock of a region as a local time: 2026-11-28T10:00. */
export function localNow(timezone) {
  return new Date().toLocaleString("sv-SE", { timeZone: timezone, dateStyle: "short", timeStyle: "short" }).replace(" ", "T");
}

/* The hour from a local time on, as departures of public transport are asked for. */
export function hourFrom(local) {
  const end = new Date(Date.parse(`${local.slice(0, 16)}Z`) + 3600_000).toISOString().slice(11, 16);
  return { window: `${local.slice(0, 16)}/${end}` };
}
