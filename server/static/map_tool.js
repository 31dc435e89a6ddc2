/* How places are chosen on the planner's map: by click or touch, or its middle by keyboard. */

import { element } from "./dom.js";

const SAME_PX = 8; // a double click is two clicks in one place

export class MapTool {
  constructor(owner) {
    this.map = owner.map;
    this.container = owner.map.getContainer();
    if (!this.container.querySelector(".crosshair")) this.container.append(element("div", "", "crosshair"));
    this.container.addEventListener("click", (event) => this.onClick(event), true);
    this.container.addEventListener("dblclick", (event) => this.onDoubleClick(event), true);
    // one tool at a time
    this.map.on("toolstart", ({ by }) => { if (by !== this) this.active?.onCancel(); });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.active) this.active.onCancel({ forAnother: false });
    });
  }

  /* From now on a click on the map means a place and nothing else. Another tool ends for it. */
  start({ onPoint, onDone = () => {}, onCancel }) {
    if (MapTool.current !== this) MapTool.current?.active?.onCancel({ forAnother: true });
    MapTool.current = this;
    this.map.fire("toolstart", { by: this });
    this.active = { onPoint, onDone, onCancel };
    this.last = null;
    this.container.classList.add("placing");
    this.map.closePopup();
    this.map.doubleClickZoom.disable();
  }

  stop() {
    if (!this.active) return;
    this.active = null;
    this.container.classList.remove("placing");
    this.map.doubleClickZoom.enable();
  }

  middle() {
    this.active?.onPoint(this.map.getCenter());
  }

  isPlace(event) {
    return this.active && !event.target.closest(".leaflet-control, .leaflet-popup, .compare");
  }

  onClick(event) {
    if (!this.isPlace(event)) return;
    event.stopPropagation();
    if (this.map.dragging.moved()) return;
    const at = this.map.mouseEventToContainerPoint(event);
    if (this.last && at.distanceTo(this.last) < SAME_PX) return;
    this.last = at;
    this.active.onPoint(this.map.containerPointToLatLng(at));
  }

  onDoubleClick(event) {
    if (!this.isPlace(event)) return;
    event.stopPropagation();
    this.active.onDone();
  }
}
