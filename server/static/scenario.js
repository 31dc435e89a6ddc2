/* A scenario as a document: what an asker changes. It lives in the page, in the fragment of the
   address (which no server sees) and in files; what it means is for the interface to say. */

export const MAX_BYTES = 1_000_000; // as the interface takes them
const VERSION = 1;
export const MAX_CHANGES = 1000; // likewise
const MAX_LINK = 16_000; // characters; longer addresses are cut by some programs
const FRAGMENT = /^#scenario=([\w-]+)$/;
const ONE_OFFER = /^#try=(-?[\d.]+),(-?[\d.]+)$/; // as older links say it
const MOST_UNDO = 100;

export class UnreadableError extends Error {}

export class ScenarioDocument {
  constructor() {
    this.name = "";
    this.changes = [];
    this.past = [];
  }

  get isEmpty() {
    return !this.changes.length;
  }

  toJson() {
    return { version: VERSION, name: this.name, changes: this.changes };
  }

  /* Every step can be undone, an import or a reset as well. */
  set(changes, name = this.name) {
    this.past.push([this.changes, this.name]);
    if (this.past.length > MOST_UNDO) this.past.shift();
    this.changes = changes;
    this.name = name;
  }

  undo() {
    if (this.past.length) [this.changes, this.name] = this.past.pop();
  }

  add(change) {
    this.set([...this.changes, change]);
  }

  replace(index, values) {
    this.set(this.changes.map((change, i) => (i === index ? { ...change, ...values } : change)));
  }

  remove(index) {
    this.set(this.changes.filter((_, i) => i !== index));
  }

  /* An offer goes to one place or closes; what was said of it before no longer counts. */
  setOffer(change) {
    const gone = { move_offer: ["move_offer", "close_offer"], change_hours: ["change_hours", "close_offer"] }[change.do];
    const kept = this.changes.filter((each) => each.offer !== change.offer || (gone && !gone.includes(each.do)));
    this.set([...kept, change]);
  }

  /* The fragment that holds it, empty without changes, null where it would be too long. */
  toFragment() {
    if (this.isEmpty) return "";
    const bytes = new TextEncoder().encode(JSON.stringify(this.toJson()));
    if (bytes.length > MAX_LINK) return null;
    const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    return `#scenario=${text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")}`;
  }
}

/* Reads a fragment: name and changes, or null where it holds none. What cannot be read throws. */
export function readFragment(hash, category) {
  const [, lon, lat] = ONE_OFFER.exec(hash) || [];
  if (lon) return { name: "", changes: [{ do: "add_offer", category, lon: Number(lon), lat: Number(lat) }] };
  if (!hash.startsWith("#scenario=")) return null;
  const [, code] = FRAGMENT.exec(hash) || [];
  try {
    const bytes = Uint8Array.from(atob(code.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));
    return readDocument(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new UnreadableError();
  }
}

/* Reads a document as far as the page needs it; its faults are the interface's to tell. */
export function readDocument(text) {
  let found;
  try {
    found = JSON.parse(text);
  } catch {
    throw new UnreadableError();
  }
  const { name = "", changes } = found || {};
  const isList = Array.isArray(changes) && changes.every((each) => typeof each?.do === "string");
  if (!isList || typeof name !== "string") throw new UnreadableError();
  return { name, changes };
}

export function roundedPlace({ lng, lat }) {
  return { lon: Number(lng.toFixed(5)), lat: Number(lat.toFixed(5)) };
}

/* What a refused scenario has wrong, by place in the list of changes; -1 for what fits to none. */
export function faultsByChange(detail) {
  const faults = new Map();
  const parts = detail.replace(/^`scenario` has [^:]*: /, "").split(/; (?=changes\[\d+\])/);
  for (const part of parts) {
    const [, index, fault] = /^changes\[(\d+)\]:?\s*(.*)$/s.exec(part) || [null, -1, part];
    const at = Number(index);
    faults.set(at, faults.has(at) ? `${faults.get(at)}; ${fault}` : fault);
  }
  return faults;
}

export function saveAs(name, value) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([`${JSON.stringify(value, null, 1)}\n`], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
