/* The form of suggestions: a pin on the map, an address found, lines of hours as they are needed.
   Without scripts the same form works by address, with all its lines. */

import { element, fill, postJson } from "./dom.js";
import { BaseMap } from "./map.js";

const data = JSON.parse(document.getElementById("page-data").textContent);
const { texts } = data;
const field = (id) => document.getElementById(id);
const told = field("told");
const places = field("places");
const DECIMALS = 6;
const CLOSE_ZOOM = 17;

document.getElementById("summary")?.focus();

/* ---- the pin */

field("pin-tools").hidden = false;
const map = new BaseMap(field("map"), data, { onReady: () => (document.body.dataset.ready = "true") });
map.bounds = L.latLngBounds(data.bounds);
map.isDrawn = true;
let pin;

function written() {
  const [lat, lon] = ["lat", "lon"].map((id) => Number(field(id).value.replace(",", ".") || NaN));
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? [lat, lon] : null;
}

function showPin(place) {
  if (!pin) {
    const icon = L.divIcon({ html: element("i"), className: "own-pin", iconSize: [30, 40], iconAnchor: [15, 38] });
    pin = L.marker(place, { icon, draggable: true, keyboard: false, title: texts.pin, alt: texts.pin }).addTo(map.map);
    pin.on("dragend", () => write(pin.getLatLng()));
  }
  pin.setLatLng(place);
}

function write({ lat, lng }) {
  field("lat").value = lat.toFixed(DECIMALS);
  field("lon").value = lng.toFixed(DECIMALS);
  showPin([lat, lng]);
  places.replaceChildren();
  told.textContent = texts.placed;
}

function goTo(place) {
  map.map.setView(place, Math.max(map.map.getZoom(), CLOSE_ZOOM), { animate: false });
}

map.showAll({ animate: false });
if (written()) {
  showPin(written());
  goTo(written());
}
map.addBasemap();
map.checkReady(); // at once where there is no base map
map.map.on("click", (event) => write(event.latlng));
field("pin-middle").addEventListener("click", () => write(map.map.getCenter()));
for (const id of ["lat", "lon"]) {
  field(id).addEventListener("change", () => {
    if (!written()) return;
    showPin(written());
    goTo(written());
  });
}

/* Takes what is surely meant; several are offered, and nothing is guessed. */
field("show-address").addEventListener("click", async () => {
  const q = field("address").value.trim();
  places.replaceChildren();
  if (!q) {
    field("address").focus();
    return;
  }
  try {
    const { status, answers } = await postJson(`${data.api}/geocode`, { q, limit: 8 });
    const isHouse = answers.length && ["address", "interpolated"].includes(answers[0].kind);
    if (status === "found" && isHouse) {
      choose(answers[0]);
      return;
    }
    told.textContent = answers.length ? texts.several : texts.unknown;
    for (const answer of answers) places.append(choiceOf(answer));
  } catch {
    told.textContent = texts.failed;
  }
});

function choiceOf(answer) {
  const line = element("li");
  const button = element("button", answer.label, "quiet");
  button.type = "button";
  button.addEventListener("click", () => choose(answer));
  line.append(button);
  return line;
}

function choose(answer) {
  write({ lat: answer.lat, lng: answer.lon });
  goTo([answer.lat, answer.lon]);
  told.textContent = fill(texts.found, { name: answer.label });
}

/* ---- lines of hours: one more when it is asked for */

const lines = [...document.querySelectorAll(".hour-line")];
const isUsed = (line) => [...line.querySelectorAll("input")].some((input) => (input.type === "checkbox" ? input.checked : input.value));
const holder = field("hour-lines");
const more = element("button", texts.line, "quiet");
more.type = "button";
more.addEventListener("click", () => {
  const next = lines.find((line) => line.hidden);
  if (!next) return;
  next.hidden = false;
  next.querySelector("input").focus();
  more.hidden = !lines.some((line) => line.hidden);
});
holder.after(more);

const modes = [...document.querySelectorAll("input[name=hours]")];
function showLines() {
  const chosen = modes.find((mode) => mode.checked)?.value;
  holder.hidden = chosen !== "times";
  more.hidden = holder.hidden || !lines.some((line) => line.hidden);
}
lines.forEach((line, at) => (line.hidden = at > 0 && !isUsed(line)));
for (const mode of modes) mode.addEventListener("change", showLines);
showLines();
