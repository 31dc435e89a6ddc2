/* The tools that change a timetable: a line that runs more often or further, a stop closed or moved, a
   new line. Plain fields with suggestions say what; where a place is needed, the map gives it. */

import { Combobox } from "./combobox.js";
import { element, fill } from "./dom.js";
import { NARROW } from "./trial_outcome.js";
import { button } from "./trial_list.js";

export const RIDE_TOOLS = ["headway", "close-stop", "move-stop", "extend", "line"];
const BY_NAME = ["close-stop", "line"]; // what has no use for the middle of the map
const FINGER_PX = 24;
const MOST_STOPS = 60; // of a line, as the interface takes them
const MOST_DRAWN = 700;
const DAY = 24 * 60;

export class TimetableTools {
  /* `owner` has the form, its fields, and takes a change that is complete. */
  constructor(owner, map, lists) {
    this.owner = owner;
    this.map = map;
    this.lists = lists;
    this.layer = L.layerGroup().addTo(map.map);
    map.map.on("moveend", () => this.drawStops());
  }

  attach(texts) {
    this.texts = texts;
    const { form, fields } = this.owner;
    const part = (name) => form.querySelector(`[data-ride="${name}"]`);
    [this.told, this.rows, this.about] = ["told", "stops", "about"].map(part);
    const lines = () => this.lists.lines.map(({ line, ends }) => ({ value: line, label: line, about: ends.slice(0, 2).join(" – ") }));
    const stops = () => this.lists.stops.map((stop) => ({ value: stop.stop, label: this.labelOf(stop), about: fill(texts.stop_lines, { lines: stop.lines.join(", ") }) }));
    new Combobox({ input: fields.line, list: form.querySelector("#ride-lines"), options: lines, onChoose: () => this.lineChosen() });
    new Combobox({ input: fields.stop, list: form.querySelector("#ride-stops"), options: stops, onChoose: ({ value }) => this.stopChosen(value) });
    fields.line.addEventListener("change", () => this.lineChosen());
    part("apply").addEventListener("click", () => this.apply());
  }

  /* Two stops of one name carry their ids, as a scenario must. */
  labelOf({ stop, name }) {
    return stop === name ? name : `${name} (${stop})`;
  }

  async begin(tool) {
    this.tool = tool;
    this.map.map.getContainer().classList.toggle("by-name", BY_NAME.includes(tool));
    this.course = [];
    this.say("");
    const { fields } = this.owner;
    for (const name of ["line", "stop", "every_min", "ride_min", "stop_name", "line_name"]) fields[name].value = "";
    this.drawCourse();
    this.lineChosen();
    const first = { headway: "line", extend: "line", line: "line_name" }[tool] || "stop";
    fields[first].focus({ preventScroll: true });
    try {
      await this.lists.load();
    } catch {
      this.say(this.texts.failed);
      return;
    }
    this.drawStops();
    if (document.activeElement === fields.line || document.activeElement === fields.stop) document.activeElement.click();
  }

  stop() {
    this.tool = null;
    this.map.map.getContainer().classList.remove("by-name");
    this.layer.clearLayers();
  }

  say(text) {
    this.told.textContent = text;
    this.told.hidden = !text;
  }

  lineChosen() {
    const { fields } = this.owner;
    const line = this.lists.line(fields.line.value.trim());
    this.about.textContent = line
      ? fill(line.every_min === null ? this.texts.line_today_few : this.texts.line_today, { line: line.line, ends: line.ends.slice(0, 2).join(" – "), n: line.every_min, trips: line.departures })
      : "";
    fields.at_stop.replaceChildren(...(line?.ends || []).map((end) => new Option(end, end)));
    this.drawStops();
  }

  stopChosen(called) {
    if (this.tool === "line") {
      this.owner.fields.stop.value = "";
      this.addStop(called);
    } else {
      const stop = this.lists.stop(called);
      this.say("");
      if (this.tool === "move-stop") this.say(fill(this.texts.now_place, { stop: stop.name }));
      this.drawStops();
      this.map.trial.bringIntoView([stop.lat, stop.lon]);
    }
  }

  addStop(called) {
    if (this.course.at(-1) === called || this.course.length >= MOST_STOPS) return;
    this.course.push(called);
    this.drawCourse();
    const { lat, lon, name } = this.lists.stop(called);
    this.owner.tell.announce(fill(this.texts.stop_added, { stop: name, n: this.course.length }));
    this.map.trial.bringIntoView([lat, lon]);
  }

  drawCourse() {
    this.rows.replaceChildren(...this.course.map((called, index) => {
      const row = element("li", this.lists.nameOf(called));
      const remove = button(this.texts.remove, "quiet", () => {
        this.course.splice(index, 1);
        this.drawCourse();
        this.owner.fields.stop.focus({ preventScroll: true });
      });
      remove.setAttribute("aria-label", fill(this.texts.remove_change, { what: this.lists.nameOf(called) }));
      row.append(remove);
      return row;
    }));
    this.map.trial.sketch(this.course.map((called) => this.lists.stop(called)).map(({ lat, lon }) => L.latLng(lat, lon)));
    this.drawStops();
  }

  /* The stops in sight; those of the chosen line, or the chosen one, stand out. */
  drawStops() {
    this.layer.clearLayers();
    if (!this.tool || !this.lists.isKnown) return;
    const { fields } = this.owner;
    const box = this.map.map.getBounds();
    const inSight = this.lists.stops.filter(({ lat, lon }) => box.contains([lat, lon]));
    const line = ["headway", "extend"].includes(this.tool) ? fields.line.value.trim() : "";
    const chosen = this.called(fields.stop.value);
    const isOn = (stop) => stop.stop === chosen || (line && stop.lines.includes(line));
    const shown = inSight.length > MOST_DRAWN ? inSight.filter(isOn) : inSight;
    for (const stop of shown) {
      const on = isOn(stop);
      L.circleMarker([stop.lat, stop.lon], {
        renderer: this.map.trial.lines, interactive: false, radius: on ? 7 : 4, className: on ? "trial-stop on" : "trial-stop",
      }).addTo(this.layer);
    }
  }

  /* What a scenario calls the stop of a field. */
  called(text) {
    const typed = text.trim();
    return this.lists.stops.find((stop) => this.labelOf(stop) === typed || stop.stop === typed)?.stop ?? typed;
  }

  /* A click on the map: a stop near it, or the place that is wanted. */
  take(at, place) {
    const { fields } = this.owner;
    const near = this.nearest(at);
    if (this.tool === "extend") this.giveExtended(place);
    else if (this.tool === "move-stop" && fields.stop.value.trim()) this.giveMoved(place);
    else if (near && this.tool !== "headway") {
      fields.stop.value = this.labelOf(near);
      this.stopChosen(near.stop);
    }
  }

  nearest(at) {
    const point = this.map.map.latLngToContainerPoint(at);
    const off = ({ lat, lon }) => this.map.map.latLngToContainerPoint([lat, lon]).distanceTo(point);
    const [best] = this.lists.stops.map((stop) => [off(stop), stop]).sort(([one], [other]) => one - other);
    return best && best[0] <= FINGER_PX ? best[1] : null;
  }

  giveMoved(place) {
    if (this.isFilled(["stop"])) this.owner.hand({ do: "move_stop", stop: this.called(this.owner.fields.stop.value), ...place });
  }

  giveExtended(place) {
    const { line, at_stop: end, ride_min: ride, stop_name: name } = this.owner.fields;
    if (!this.isFilled(["line", "at_stop", "ride_min"])) return;
    const named = name.value.trim() ? { name: name.value.trim() } : {};
    this.owner.hand({ do: "extend_line", line: line.value.trim(), at_stop: end.value, ride_min: Number(ride.value), ...named, ...place });
  }

  /* What needs no place of the map. */
  apply() {
    const { fields } = this.owner;
    if (this.tool === "headway") {
      if (!this.isFilled(["line", "every_min", "from", "until"])) return;
      this.owner.hand({ do: "change_headway", line: fields.line.value.trim(), ...this.often() });
    } else if (this.tool === "close-stop") {
      if (this.isFilled(["stop"])) this.owner.hand({ do: "close_stop", stop: this.called(fields.stop.value) });
    } else if (this.tool === "line") {
      if (this.course.length < 2) {
        this.say(this.texts.two_stops);
        fields.stop.focus();
      } else if (this.isFilled(["line_name", "every_min", "from", "until"])) {
        this.owner.hand({ do: "add_line", name: fields.line_name.value.trim(), stops: this.course, ...this.often() });
      }
    }
  }

  often() {
    const { every_min: every, from, until } = this.owner.fields;
    return { every_min: Number(every.value), from: from.value, until: afterMidnight(from.value, until.value) };
  }

  /* Says what is missing at the first field that lacks it. */
  isFilled(names) {
    const fields = names.map((name) => this.owner.fields[name]);
    for (const field of fields) field.required = true;
    const wrong = fields.find((field) => !field.checkValidity() || !field.value.trim());
    for (const field of fields) field.required = false;
    if (!wrong) return true;
    this.say(fill(this.texts.fill_in, { field: wrong.labels[0]?.textContent.trim() ?? "" }));
    if (NARROW.matches) wrong.scrollIntoView({ block: "nearest" });
    wrong.focus();
    return false;
  }
}

/* A time before the first one is of the night that follows: 01:00 becomes 25:00. */
function afterMidnight(from, until) {
  const minutes = (clock) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));
  if (minutes(until) > minutes(from) || minutes(until) + DAY >= 30 * 60) return until;
  return `${Number(until.slice(0, 2)) + 24}${until.slice(2, 5)}`;
}
