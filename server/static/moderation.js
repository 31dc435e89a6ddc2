/* One thing at the review desk: its place, what it may be, and what else is near. */

import { OfferMap } from "./offer_map.js";

const data = JSON.parse(document.getElementById("page-data").textContent);
const container = document.getElementById("map");

document.getElementById("summary")?.focus();

if (container && data.offer) {
  container.hidden = false;
  const map = new OfferMap(container, data, { onReady: () => (document.body.dataset.ready = "true") });
  map.showOffer(data.offer);
  map.bounds = L.latLng(data.offer.lat, data.offer.lon).toBounds(500);
  for (const other of data.others) {
    const looks = other.is_marked ? { className: "pin marked", size: 34 } : {};
    map.linked(other, { newTab: true, ...looks }).addTo(map.map);
  }
  map.showAll({ animate: false });
  map.addBasemap();
  map.checkReady();
} else {
  document.body.dataset.ready = "true";
}
