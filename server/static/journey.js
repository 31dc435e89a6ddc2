/* In the card of an offer: the departure to take now by bus and train, and the last way home. */

import { element, fill, postJson } from "./dom.js";

const clock = (text) => text.slice(11, 16); // the region's wall clock, whatever the device's

/* An arrival is told by the next whole minute: nobody comes late for our rounding. */
function clockUp(text) {
  const wall = new Date(`${text.slice(0, 19)}Z`);
  return new Date(Math.ceil(wall / 60000) * 60000).toISOString().slice(11, 16);
}

/* Fills the card's place for journeys; nothing where there is no place or another way to travel. */
export async function showJourneys(slot, { data, place, mode, offer, leaving }) {
  if (!slot) return;
  slot.hidden = true;
  if (!place || mode !== "transit") return;
  const { lon, lat } = place;
  let found;
  try {
    found = await postJson(`${data.api}/journeys`, { lon, lat, offer, leaving });
  } catch {
    return; // the minutes stand there; a day beyond the timetable is said by the list
  }
  const { texts } = data;
  const parts = [element("h3", texts.journey_now), ...way(found.there, texts)];
  parts.push(element("h3", texts.journey_home));
  parts.push(...(found.home ? way(found.home, texts) : [element("p", texts.journey_no_home)]));
  if (found.on_demand.length) parts.push(element("p", fill(texts.journey_on_demand, { services: found.on_demand.slice(0, 6).join(", ") }), "soft"));
  parts.push(element("p", fill(texts.journey_source, { source: found.attribution }), "soft"));
  slot.replaceChildren(...parts);
  slot.hidden = false;
}

function way(journey, texts) {
  const minutes = Math.ceil(journey.travel_min);
  const start = element("p", fill(texts.journey_times, { leaves: clock(journey.leaves), arrives: clockUp(journey.arrives), n: minutes }), "journey-times");
  if (!journey.legs.length) return [start, element("p", texts.journey_walk)];
  const list = element("ol", "", "journey-legs");
  for (const leg of journey.legs) {
    const kind = texts[`vehicle_${leg.line_type}`] || texts.vehicle;
    list.append(element("li", fill(texts.journey_leg, {
      time: clock(leg.leaves), kind, line: leg.line, headsign: leg.headsign || leg.to_stop, from: leg.from_stop, to: leg.to_stop, at: clockUp(leg.arrives),
    })));
  }
  return [start, list];
}
