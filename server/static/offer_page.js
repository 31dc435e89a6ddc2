/* The page of one offer: its map, and the area that belongs to a figure of the table. */

import { askJson, element, fill } from "./dom.js";
import { OfferMap } from "./offer_map.js";

const data = JSON.parse(document.getElementById("page-data").textContent);
const told = document.getElementById("told");
const container = document.getElementById("map");

container.hidden = false;
const map = new OfferMap(container, data, { onReady: () => (document.body.dataset.ready = "true") });
map.showOffer(data.offer);
map.showGaps(data.gaps);
for (const partner of data.partners) map.linked(partner).addTo(map.map);
map.showAll({ animate: false });
map.addBasemap();

for (const hint of document.querySelectorAll(".only-scripts")) hint.hidden = false;
const cells = [...document.querySelectorAll("#reach-table td[data-mode]")];
for (const cell of cells) cell.replaceChildren(buttonFor(cell));

function buttonFor(cell) {
  const button = element("button", "", "figure-button");
  button.type = "button";
  button.append(...cell.childNodes);
  const { how } = cell.dataset;
  const figure = button.firstChild.textContent.trim();
  button.setAttribute("aria-label", fill(data.texts.draw, { n: figure, how }));
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => draw(cell, figure));
  return button;
}

let asking;

async function draw(cell, figure, { isQuiet = false } = {}) {
  asking?.abort();
  const own = (asking = new AbortController());
  const { mode, minutes, how } = cell.dataset;
  try {
    const area = await askJson(`${data.reach.url}?mode=${mode}&minutes=${minutes}`, { signal: own.signal });
    if (own !== asking) return;
    for (const other of cells) other.firstChild.setAttribute("aria-pressed", String(other === cell));
    map.showArea(area);
    if (!isQuiet) told.textContent = fill(data.texts.drawn, { how, n: figure });
  } catch (error) {
    if (error.name !== "AbortError") told.textContent = data.texts.failed;
  }
}

const { mode, minutes } = data.reach;
const usual = cells.find((cell) => cell.dataset.mode === mode && cell.dataset.minutes === minutes);
if (usual) await draw(usual, usual.firstChild.firstChild.textContent.trim(), { isQuiet: true });
map.checkReady();
