/* The week hour by hour as a table of colours and figures; hours that are alike stand together. An hour
   asks the page at that time. */

import { askJson, element, fill } from "./dom.js";
import { Figures } from "./figures.js";

const UNCERTAIN_FROM = 0.2; // more than this hangs on unknown hours: as districts on the map
const HOURS = 24;

export class WeekStrip {
  constructor({ onHour }) {
    this.onHour = onHour;
  }

  attach(data) {
    this.data = data;
    this.figures = new Figures(data);
    this.box = document.getElementById("week");
    this.isAsked = false;
    this.box.hidden = !data.more.week;
    this.box.addEventListener("toggle", () => this.tell());
  }

  /* Comes after each drawing and where the part is opened; asked only while it is open. */
  async tell() {
    const { data, box } = this;
    if (!box.open || this.isAsked || !data.more.week) return;
    this.isAsked = true;
    const outcome = box.querySelector("[data-week=outcome]");
    outcome.setAttribute("aria-busy", "true");
    try {
      const week = await askJson(data.more.week);
      if (this.data === data) outcome.replaceChildren(...this.parts(week));
    } catch {
      outcome.replaceChildren(element("p", data.texts.failed));
      this.isAsked = false;
    } finally {
      outcome.removeAttribute("aria-busy");
    }
  }

  parts(week) {
    const { texts } = this.data;
    if (week.answer === "unknown") return [element("p", texts.week_silent)];
    const days = [0, 1, 2, 3, 4, 5, 6].map((day) => week.hours.slice(day * HOURS, (day + 1) * HOURS));
    const lines = [this.best(week)];
    if (week.offers_unknown_hours) {
      const values = { n: this.figures.number(week.offers_unknown_hours), total: this.figures.number(week.offers) };
      lines.push(fill(texts.week_unknown, values));
    }
    return [...lines.map((line) => element("p", line)), this.table(days)];
  }

  best({ hours }) {
    const best = hours.reduce((most, hour) => ((hour.share ?? 0) > (most.share ?? 0) ? hour : most));
    const none = hours.filter((hour) => hour.share === 0).length;
    return fill(this.data.texts.week_best, {
      day: this.dayName(best.weekday, "long"), hour: this.clock(best.hour), share: this.figures.share(best.share),
      none: this.figures.number(none),
    });
  }

  table(days) {
    const { texts } = this.data;
    const table = element("table", "", "week");
    table.append(element("caption", texts.week_table));
    const head = table.createTHead().insertRow();
    for (const name of [texts.week_hour, ...days.map(([first]) => this.dayName(first.weekday, "short"))]) {
      const header = element("th", name);
      header.scope = "col";
      head.append(header);
    }
    const body = table.createTBody();
    let from = 0;
    for (let hour = 1; hour <= HOURS; hour += 1) {
      if (hour < HOURS && days.every((day) => isAlike(day[from], day[hour]))) continue;
      body.append(this.row(days, from, hour));
      from = hour;
    }
    return table;
  }

  row(days, from, to) {
    const row = element("tr");
    const header = element("th", `${pad(from)}–${pad(to)}`);
    header.scope = "row";
    row.append(header);
    for (const day of days) row.append(this.cell(day[from], from, to));
    return row;
  }

  cell(hour, from, to) {
    const { texts, question } = this.data;
    const at = `${hour.weekday} ${pad(from)}:00-${pad(to)}:00`;
    const [low, high] = [hour.share, hour.share_with_unknown];
    const hangs = low !== null && high !== null && high - low > UNCERTAIN_FROM;
    const look = hangs ? "uncertain" : low === null ? "withheld" : this.figures.classOfShare(low);
    const cell = element("td", "", `look-${look}${hangs ? " hatch" : ""}`);
    const [least, most] = [low, high].map((share) => (share === null ? "–" : String(Math.round(share * 100))));
    const shown = hangs ? `${least}–${most}` : least;
    const button = element("button", shown);
    button.type = "button";
    const share = low === null ? "–" : hangs ? `${least}–${this.figures.formats.percent.format(high)}` : this.figures.formats.percent.format(low);
    const name = fill(texts.week_cell, { day: this.dayName(hour.weekday, "long"), hour: `${pad(from)}–${pad(to)}`, share });
    button.setAttribute("aria-label", name);
    button.title = name;
    if (question.at === at) button.setAttribute("aria-current", "true");
    button.addEventListener("click", () => this.onHour(at));
    cell.append(button);
    return cell;
  }

  dayName(code, style) {
    const place = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"].indexOf(code);
    const monday = Date.UTC(2024, 0, 1);
    return new Intl.DateTimeFormat(this.data.language, { weekday: style, timeZone: "UTC" }).format(monday + place * 86_400_000);
  }

  clock(hour) {
    return `${pad(hour)}:00`;
  }
}

function isAlike(a, b) {
  return ["share", "share_with_unknown", "offers_open", "offers_unknown_hours"].every((name) => a[name] === b[name]);
}

function pad(hour) {
  return String(hour).padStart(2, "0");
}
