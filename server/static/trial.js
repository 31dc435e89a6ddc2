/* Marks of what is on trial on the planner's map, and how they are placed. */

import { element } from "./dom.js";
import { calm } from "./map.js";

export class TrialMarks {
  constructor(owner) {
    this.owner = owner;
    this.group = L.layerGroup().addTo(owner.map);
    this.catchPlacing(owner.map.getContainer());
  }

  /* While an offer is placed, a click on the map means its place and nothing else. */
  catchPlacing(container) {
    container.addEventListener("click", (event) => {
      if (!this.isPlacing || event.target.closest(".leaflet-control, .leaflet-popup, .trial")) return;
      event.stopPropagation();
      if (this.owner.map.dragging.moved()) return;
      const { lng, lat } = this.owner.map.mouseEventToLatLng(event);
      this.owner.tell.onPlace(lng, lat);
    }, true);
  }

  setPlacing(isOn) {
    this.isPlacing = isOn;
    this.owner.map.getContainer().classList.toggle("placing", isOn);
    if (isOn) this.owner.map.closePopup();
  }

  placeInMiddle() {
    const { lng, lat } = this.owner.map.getCenter();
    this.owner.tell.onPlace(lng, lat);
  }

  /* Marks the offer on trial; moved by hand it is placed anew. */
  mark(lon, lat, { zoom = false } = {}) {
    this.clear();
    const name = this.owner.data.texts.trial;
    const marker = L.marker([lat, lon], {
      icon: L.divIcon({ html: element("b", "+"), className: "trial", iconSize: [34, 34] }),
      title: name, alt: name, draggable: true, zIndexOffset: 1000,
    });
    marker.on("dragend", () => {
      const at = marker.getLatLng();
      this.owner.tell.onPlace(at.lng, at.lat);
    });
    marker.addTo(this.group);
    if (zoom && !this.owner.map.getBounds().contains([lat, lon])) this.owner.map.panTo([lat, lon], { animate: !calm.matches });
  }

  clear() {
    this.group.clearLayers();
  }
}
