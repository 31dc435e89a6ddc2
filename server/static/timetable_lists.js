/* Lines and stops of the region's timetable, asked once, when something first needs them. */

import { askJson } from "./dom.js";

const PAGE = 2000; // as many as the interface tells at once
const MOST_PAGES = 10;

export class TimetableLists {
  constructor(url) {
    this.url = url;
    this.lines = [];
    this.stops = [];
  }

  get isKnown() {
    return this.lines.length > 0;
  }

  /* What failed can be asked again. */
  load() {
    this.loading ||= Promise.all([this.all("lines"), this.all("stops")]).then(
      ([lines, stops]) => Object.assign(this, { lines, stops }),
      (error) => {
        this.loading = null;
        throw error;
      },
    );
    return this.loading;
  }

  async all(what) {
    const found = [];
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const told = await askJson(`${this.url}/${what}?limit=${PAGE}&offset=${page * PAGE}`);
      found.push(...told[what]);
      if (found.length >= told.total) break;
    }
    return found;
  }

  line(called) {
    return this.lines.find(({ line }) => line === called);
  }

  stop(called) {
    return this.stops.find(({ stop }) => stop === called);
  }

  nameOf(called) {
    return this.stop(called)?.name ?? called ?? "?";
  }

  stopsOfLine(called) {
    return this.stops.filter(({ lines }) => lines.includes(called));
  }
}
