/* The tools of the planner's page that change something: each says what it needs, then takes places
   of the map, and hands on a change. */

import { MapTool } from "./map_tool.js";
import { roundedPlace } from "./scenario.js";
import { RIDE_TOOLS, TimetableTools } from "./timetable_tools.js";
import { NARROW } from "./trial_outcome.js";

const CONNECT_M = 50; // a finger or a mouse is no surveyor

export class TrialTools {
  /* `onChange` takes a change that is complete, `onMove` the new place of one that is moved. */
  constructor(map, { announce, onChange, onMove, lists }) {
    this.map = map;
    this.rides = new TimetableTools(this, map, lists);
    this.tell = { announce, onChange, onMove };
    this.picker = new MapTool(map);
    this.points = [];
  }

  /* Takes up the controls of a new answer. */
  attach(box, question, texts) {
    this.stop();
    this.box = box;
    this.category = question.category.split(",")[0];
    this.form = box.querySelector('[data-try="tool"]');
    this.fields = Object.fromEntries([...this.form.querySelectorAll("[name]")].map((field) => [field.name, field]));
    this.finish = box.querySelector('[data-try="finish"]');
    for (const button of box.querySelectorAll("[data-tool]")) {
      button.addEventListener("click", () => (this.tool === button.dataset.tool ? this.cancel() : this.start(button.dataset.tool)));
    }
    box.querySelector('[data-try="middle"]').addEventListener("click", () => this.middle());
    box.querySelector('[data-try="cancel"]').addEventListener("click", () => this.cancel());
    this.finish.addEventListener("click", () => this.finishStreet());
    this.fields.counted.addEventListener("change", () => this.showFields());
    if (this.fields.line_name) this.rides.attach(texts);
    this.form.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.tool && !this.picker.active) this.cancel();
    });
  }

  start(tool, target = null) {
    this.stop();
    this.tool = tool;
    this.target = target; // of a move: the change, or the offer, that gets another place
    this.box.querySelector(`[data-tool="${tool}"]`)?.setAttribute("aria-pressed", "true");
    this.form.hidden = false;
    this.showFields();
    this.tell.announce(this.form.querySelector(`p[data-for="${tool}"]`).textContent);
    if (tool === "move") this.setDragging(true);
    else if (tool !== "headway") this.picker.start({ onPoint: (at) => this.take(at), onDone: () => this.finishStreet(), onCancel: ({ forAnother }) => (forAnother ? this.stop() : this.cancel()) });
    if (NARROW.matches) this.map.map.getContainer().scrollIntoView({ block: "start" });
    if (RIDE_TOOLS.includes(tool)) this.rides.begin(tool);
    if (tool === "people") this.amountFields()[0].focus({ preventScroll: true });
    if (target) this.box.querySelector('[data-try="middle"]').focus({ preventScroll: true });
  }

  /* Ends what goes on; nothing changes. */
  stop() {
    this.picker.stop();
    this.setDragging(false);
    this.points = [];
    this.map.trial.sketch([]);
    this.rides.stop();
    this.tool = null;
    if (!this.box) return;
    this.form.hidden = true;
    this.finish.disabled = true;
    for (const button of this.box.querySelectorAll("[data-tool]")) button.setAttribute("aria-pressed", "false");
  }

  cancel() {
    const button = this.box.querySelector(`[data-tool="${this.tool === "place" ? "move" : this.tool}"]`);
    this.stop();
    button?.focus();
  }

  showFields() {
    const { counted } = this.fields;
    for (const part of this.form.querySelectorAll("[data-for]")) {
      const isMine = part.dataset.for.split(" ").includes(this.tool);
      part.hidden = !isMine || (part.dataset.counted !== undefined && part.dataset.counted !== counted.value);
    }
  }

  /* While offers are moved, their marks can be dragged. */
  setDragging(isOn) {
    for (const [id, marker] of this.map.offerMarkers) {
      marker.off("dragend");
      marker.options.draggable = isOn;
      marker.dragging?.[isOn ? "enable" : "disable"]();
      if (isOn) marker.on("dragend", () => this.drop(id, marker));
    }
  }

  drop(id, marker) {
    const at = marker.getLatLng();
    const [lon, lat] = this.map.data.offers.features.find((each) => each.properties.id === id).geometry.coordinates;
    marker.setLatLng([lat, lon]); // where it is today; its new place gets a mark of its own
    this.stop();
    this.tell.onMove({ offer: id }, roundedPlace(at), { byKeyboard: false });
  }

  middle() {
    this.picker.middle();
  }

  take(at) {
    const place = roundedPlace(at);
    const { category, opening_hours: opening } = this.fields;
    if (this.tool === "add") {
      const change = { do: "add_offer", category: category?.value || this.category, ...place };
      const hours = opening?.value.trim();
      this.hand(hours ? { ...change, opening_hours: hours } : change);
    } else if (this.tool === "place") {
      const { target } = this;
      const byKeyboard = this.form.contains(document.activeElement);
      this.stop();
      this.tell.onMove(target, place, { byKeyboard });
    } else if (this.tool === "people") {
      this.takePeople(place);
    } else if (RIDE_TOOLS.includes(this.tool)) {
      this.rides.take(at, place);
    } else {
      this.points.push(at);
      this.takeStreet();
    }
  }

  amountFields() {
    const { people, dwellings, people_per_dwelling: each, counted } = this.fields;
    return counted.value === "people" ? [people] : [dwellings, each];
  }

  takePeople({ lon, lat }) {
    const fields = this.amountFields();
    for (const field of fields) field.required = true;
    const wrong = fields.find((field) => !field.checkValidity());
    if (wrong) {
      wrong.reportValidity();
      return;
    }
    const amounts = Object.fromEntries(fields.map((field) => [field.name, Number(field.value)]));
    this.hand({ do: "add_people", ...amounts, place: { type: "Point", coordinates: [lon, lat] } });
  }

  takeStreet() {
    const { extent, closed } = this.fields;
    this.map.trial.sketch(this.points);
    if (this.tool === "open") {
      this.finish.disabled = this.points.length < 2;
      return;
    }
    if (extent.value === "stretch" && this.points.length < 2) return;
    const [from, to] = this.points.map(roundedPlace);
    const modes = closed.value ? { modes: closed.value.split(",") } : {};
    this.hand({ do: "close_street", ...from, ...(to ? { to_lon: to.lon, to_lat: to.lat } : {}), ...modes });
  }

  finishStreet() {
    if (this.tool !== "open" || this.points.length < 2) return;
    const coordinates = this.points.map(roundedPlace).map(({ lon, lat }) => [lon, lat]);
    const modes = this.fields.opened.value.split(",");
    this.hand({ do: "open_street", modes, connect_m: CONNECT_M, line: { type: "LineString", coordinates } });
  }

  hand(change) {
    const byKeyboard = this.form.contains(document.activeElement);
    this.stop();
    this.tell.onChange(change, { byKeyboard });
  }
}
