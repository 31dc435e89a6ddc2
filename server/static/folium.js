/* What folium's maps need beyond folium: offers as clustered markers, and tiles embedded in a page.
   Texts of offers are only ever written with textContent. */
"use strict";

var umkreisFolium = (function () {
  function element(name, text, className) {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function isWebAddress(text) {
    try {
      return ["http:", "https:"].includes(new URL(text).protocol);
    } catch {
      return false;
    }
  }

  function offerPopup(offer, texts) {
    const box = element("div", "", "umkreis-popup offer-popup");
    box.append(element("strong", offer.name || offer.category));
    const kind = offer.name ? [offer.category, offer.layer_label] : [offer.layer_label];
    box.append(element("p", kind.filter(Boolean).join(" · "), "kind"));
    const list = element("dl");
    for (const key of ["address", "opening_hours", "website"]) {
      const value = offer[key];
      if (!value) continue;
      list.append(element("dt", texts[key]));
      const cell = element("dd");
      if (key === "website" && isWebAddress(value)) {
        const link = element("a", value);
        link.href = value;
        link.target = "_blank";
        link.rel = "noopener noreferrer";
        cell.append(link);
      } else {
        cell.textContent = value;
      }
      list.append(cell);
    }
    if (list.children.length) box.append(list);
    return box;
  }

  /* Returns what makes a marker of a row [lat, lon, offer]. */
  function offerMarker(texts) {
    return function (row) {
      const offer = row[2];
      const marker = L.marker([row[0], row[1]], {
        alt: offer.name || offer.category,
        title: offer.name || offer.category,
        layer: offer.layer,
        icon: L.divIcon({ className: `offer-marker layer-${Number(offer.layer)}`, iconSize: [24, 24] }),
      });
      marker.bindPopup(() => offerPopup(offer, texts), { maxWidth: 320 });
      return marker;
    };
  }

  function clusterIcon(cluster) {
    const layers = new Set(cluster.getAllChildMarkers().map((marker) => marker.options.layer));
    const count = cluster.getChildCount();
    const size = count < 10 ? 30 : count < 100 ? 36 : 42;
    const own = layers.size === 1 ? `layer-${[...layers][0]}` : "layer-mixed";
    return L.divIcon({ html: element("span", String(count)), className: `offer-cluster ${own}`, iconSize: [size, size] });
  }

  async function unpack(base64) {
    const packed = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return { data: await new Response(stream).arrayBuffer() };
  }

  /* A source of tiles out of the page itself: {"z/x/y": base64 of a gzipped vector tile}. */
  function embeddedTiles() {
    const tiles = JSON.parse(document.getElementById("umkreis-tiles").textContent);
    return {
      getZxy: async (z, x, y) => {
        const tile = tiles[`${z}/${x}/${y}`];
        return tile ? unpack(tile) : undefined;
      },
    };
  }

  /* Lifts a shape above its neighbours while the mouse is on it, so that its whole outline shows. */
  function raiseOnHover(feature, layer) {
    layer.on("mouseover", () => layer.bringToFront());
  }

  /* Names the controls in the page's language, and lets the streets through when one is close. */
  function finish(map, texts) {
    const toggle = map.getContainer().querySelector(".leaflet-control-layers-toggle");
    if (toggle) {
      toggle.title = texts.layers_title;
      toggle.setAttribute("aria-label", texts.layers_title);
    }
    map.on("popupopen", (event) => {
      const button = event.popup.getElement().querySelector(".leaflet-popup-close-button");
      if (button) button.setAttribute("aria-label", texts.close);
    });
    const near = () => map.getContainer().classList.toggle("near", map.getZoom() >= 14);
    map.on("zoomend", near);
    near();
    addEventListener("beforeprint", () => {
      for (const details of document.querySelectorAll("details")) details.open = true;
    });
  }

  return { offerMarker, clusterIcon, embeddedTiles, raiseOnHover, finish };
})();
