/* What a scenario changes, in words, tables and districts of the map. */

import { element, fill } from "./dom.js";
import { makeTable, tableFile } from "./table.js";

const RIDES = {
  change_headway: "change_headway", close_stop: "change_close_stop", move_stop: "change_move_stop", extend_line: "change_extend", add_line: "change_line",
};

export const NARROW = matchMedia("(max-width: 899px)"); // map above words

export class TrialOutcome {
  constructor(data, figures) {
    this.data = data;
    this.texts = data.texts;
    this.figures = figures;
  }

  /* `best` is what the best place brought, where an offer was moved away from it. */
  sentences({ before, after, difference, car_km: car }, best) {
    const { texts, figures } = this;
    const change = difference.covered;
    const lines = [];
    if (change === null || before.covered === null || after.covered === null) {
      lines.push(texts.trial_withheld);
    } else {
      const values = {
        how: this.data.question_how, before: figures.number(before.covered), after: figures.number(after.covered),
        residents: figures.number(after.residents), share: figures.share(after.share), change: figures.number(Math.abs(change)),
      };
      lines.push(fill(texts.trial_result, values));
      lines.push(change ? fill(change > 0 ? texts.trial_more : texts.trial_less, values) : texts.trial_none);
      if (best !== null) lines.push(this.againstBest(after.covered - best));
    }
    if (difference.new_people) {
      const values = { n: figures.number(difference.new_people), covered: figures.number(difference.new_covered) };
      lines.push(fill(texts.trial_new, values));
    }
    if (car?.km_per_trip) {
      const values = { n: figures.number(Math.abs(car.km_per_trip)), people: figures.number(car.people) };
      lines.push(fill(car.km_per_trip > 0 ? texts.car_less : texts.car_more, values));
    }
    return lines;
  }

  againstBest(change) {
    const { texts, figures } = this;
    if (!change) return texts.as_best;
    return fill(change < 0 ? texts.worse_than_best : texts.better_than_best, { n: figures.number(Math.abs(change)) });
  }

  /* Sentences and table, in place of the last ones. */
  write(place, lines, told) {
    const { difference } = told;
    const notes = ["gained", "lost"].map((what) => this.figures.sumNote(difference[what], difference.by_district.map((row) => row[what])));
    const note = notes.find((each) => each === this.texts.sum_withheld) || notes.find(Boolean);
    place.replaceChildren(
      ...lines.map((line) => element("p", line)), this.table(told), ...(note ? [element("p", note, "soft")] : []),
    );
  }

  table({ before, after, difference }) {
    const { texts, figures } = this;
    const shares = (one, other) => [figures.shareOf(one), figures.shareOf(other)];
    const moves = (row) => [figures.change(row.gained), figures.change(row.lost === null ? null : -row.lost)];
    const rows = [[texts.region, ...shares(before, after), ...moves(difference)]];
    difference.by_district.forEach((row, i) => {
      if (row.gained === 0 && row.lost === 0 && !row.new_people) return;
      rows.push([row.name, ...shares(before.by_district[i], after.by_district[i]), ...moves(row)]);
    });
    const scroll = element("div", "", "scroll");
    const columns = [texts.district, texts.before, texts.after, texts.gained, texts.lost];
    const table = makeTable(columns, rows, texts.trial_districts);
    scroll.append(table, tableFile(table, texts.save_table, "umkreis-scenario"));
    return scroll;
  }

  /* On a phone the map and the words do not fit at once: the difference stands below the map. */
  showBriefly({ brief, outcome }, lines, { isBusy }) {
    const { top, bottom } = outcome.getBoundingClientRect();
    const isSeen = top < innerHeight && bottom > 0;
    brief.hidden = !NARROW.matches || isSeen || isBusy;
    brief.querySelector("p").textContent = lines.slice(1, 3).join(" ") || lines[0];
  }

  showDetails({ brief, outcome }) {
    brief.hidden = true;
    outcome.scrollIntoView({ block: "start" });
    outcome.focus({ preventScroll: true });
  }

  /* The districts of the map as they are after, by id. */
  districts({ after }) {
    const { figures } = this;
    const isUnknown = after.answer === "unknown";
    return Object.fromEntries(after.by_district.map((row) => [row.id, {
      class_id: figures.classOf(row, isUnknown),
      share_text: figures.shareOf(row),
      count_text: row.residents === null ? "–" : figures.number(row.residents),
      uncovered_text: row.uncovered === null ? "–" : figures.number(row.uncovered + (row.unreachable || 0)),
    }]));
  }
}

/* A change in few words; `name` says what an offer or a category is called. */
export function wordsOf(change, { texts, figures, name, street, lists }) {
  const ride = Object.hasOwn(RIDES, change.do) && RIDES[change.do];
  if (ride) return fill(texts[ride], rideValues(change, figures, lists));
  const own = typeof change.name === "string" ? change.name : "";
  const values = { offer: own || name(change), hours: change.opening_hours };
  if (change.do === "add_offer") return fill(texts.change_add, values);
  if (change.do === "move_offer") return fill(texts.change_move, values);
  if (change.do === "close_offer") return fill(texts.change_close, values);
  if (change.do === "change_hours") return fill(texts.change_hours, values);
  if (change.do === "add_people") return fill(texts.change_people, { n: figures.number(peopleOf(change)) });
  const what = { close_street: texts.change_close_street, open_street: texts.change_open_street }[change.do];
  if (!what) return texts.change_other;
  if (!street) return own || what;
  const names = street.name || [...new Set(street.by_mode.flatMap((each) => each.names))].join(", ");
  const metres = figures.number(Math.max(...street.by_mode.map((each) => each.length_m)));
  return fill(names ? texts.change_street : texts.change_street_nameless, { what, names, metres });
}

function rideValues(change, figures, lists) {
  const stops = Array.isArray(change.stops) ? change.stops : [];
  const stop = change.stop ?? change.at_stop;
  return {
    line: change.line ?? change.name, n: typeof change.every_min === "number" ? figures.number(change.every_min) : "?",
    from: change.from ?? "05:00", until: change.until ?? "22:00", stop: lists.nameOf(stop),
    first: lists.nameOf(stops[0]), last: lists.nameOf(stops.at(-1)),
  };
}

/* How many people a change brings. */
export function peopleOf({ people, dwellings, people_per_dwelling: each }) {
  return people ?? Math.floor(dwellings * each + 0.5);
}
