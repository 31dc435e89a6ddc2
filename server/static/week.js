/* What takes place near a place in the next seven days, day by day. */

import { element, fill } from "./dom.js";

const LONGEST_MIN = 30; // of those to choose from

export function showWeek(place, answer, { data, hours, minutes, urlOf, onOpen }) {
  const { texts } = data;
  const format = new Intl.DateTimeFormat(data.language, { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" });
  const entryOf = (entry) => {
    const item = element("li", undefined, "entry");
    const times = `${hours.clock.format(new Date(entry.start))}–${hours.clock.format(new Date(entry.end))}`;
    const [label] = data.categories[entry.category];
    const link = element("a", entry.name || label, "item-name");
    link.href = urlOf(entry.id);
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      onOpen(entry.id);
    });
    const text = element("div", undefined, "item-text");
    const about = [entry.name ? label : "", entry.address, entry.state === "unknown" ? texts.not_certain : ""];
    text.append(link, element("p", about.filter(Boolean).join(" · "), "item-kind"));
    item.append(element("p", times, "entry-time"), text, element("p", minutes(entry.travel_min), "item-way"));
    return item;
  };
  const parts = [];
  answer.days.forEach((day, index) => {
    if (!day.entries.length) return;
    const head = element("h3", undefined, "day");
    const near = [texts.today, texts.tomorrow][index];
    head.append(near ? `${near}, ` : "", format.format(new Date(`${day.date}T12:00:00Z`)));
    if (day.holiday) head.append(element("span", texts.holiday, "soft"));
    const list = element("ol", undefined, "entries");
    list.append(...day.entries.map(entryOf));
    parts.push(head, list);
  });
  if (!parts.length) parts.push(element("p", texts.week_none, "empty"));
  place.replaceChildren(...parts, ...noticesOf(answer.notices || [], { data, urlOf, onOpen, minutes }));
}

/* Dates are rare: where there is none, more time and faster ways are one press away. `act` gets what
   to change. */
export function offerMoreWeek(place, { data, state, act }) {
  const { texts } = data;
  const steps = [
    state.minutes < LONGEST_MIN && [fill(texts.in_minutes, { n: LONGEST_MIN }), { minutes: LONGEST_MIN }],
    state.mode !== "bike" && [texts.instead_bike, { mode: "bike" }],
    state.mode !== "car" && [texts.instead_car, { mode: "car" }],
  ];
  const row = element("p", undefined, "more-ways");
  for (const [text, change] of steps.filter(Boolean)) {
    const button = element("button", text, "quiet");
    button.type = "button";
    button.addEventListener("click", () => act(change));
    row.append(button);
  }
  place.append(row);
}

function noticesOf(notices, { data, urlOf, onOpen, minutes }) {
  if (!notices.length) return [];
  const { texts } = data;
  const date = new Intl.DateTimeFormat(data.language, { day: "numeric", month: "long", timeZone: "UTC" });
  const list = element("ol", undefined, "entries");
  for (const notice of notices) {
    const [label] = data.categories[notice.category];
    const item = element("li", undefined, "entry");
    const link = element("a", notice.name || label, "item-name");
    link.href = urlOf(notice.id);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      onOpen(notice.id);
    });
    const text = element("div", undefined, "item-text");
    const what = fill(texts[notice.kind], { what: notice.text || data.resources[notice.resource] || notice.resource });
    const until = fill(texts.until, { date: date.format(new Date(`${notice.until}T12:00:00Z`)) });
    text.append(link, element("p", `${what} · ${until}`, "item-kind"));
    item.append(text, element("p", minutes(notice.travel_min), "item-way"));
    list.append(item);
  }
  return [element("h3", texts.notices, "day"), list];
}
