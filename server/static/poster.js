/* The poster of an offer: a map around it, and a button that prints. */

import { OfferMap } from "./offer_map.js";

const data = JSON.parse(document.getElementById("page-data").textContent);
const container = document.getElementById("map");
const button = document.getElementById("print");

button.hidden = false;
button.addEventListener("click", () => print());
container.hidden = false;
const map = new OfferMap(container, data, { onReady: () => (document.body.dataset.ready = "true") });
map.showOffer(data.offer);
map.showAll({ animate: false });
map.addBasemap();
map.checkReady();
