/* An embedded map: offers that lead to their own pages, beside the site that shows it. */

import { OfferMap } from "./offer_map.js";

const data = JSON.parse(document.getElementById("page-data").textContent);
const container = document.getElementById("map");

container.hidden = false;
const map = new OfferMap(container, data, { onReady: () => (document.body.dataset.ready = "true") });
map.bounds = L.latLngBounds(data.bounds).pad(0.03);
const cluster = map.newCluster().addTo(map.map);
cluster.addLayers(data.offers.map((offer) => map.linked(offer, { newTab: true, keyboard: true })));
map.map.scrollWheelZoom.disable(); // the site around it scrolls
map.map.on("focus click", () => map.map.scrollWheelZoom.enable());
map.map.on("blur", () => map.map.scrollWheelZoom.disable());
map.showAll({ animate: false });
map.isDrawn = true;
map.addBasemap();
map.showAll({ animate: false }); // now that the sources are named
map.checkReady();
