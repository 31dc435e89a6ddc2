/* The page of a council paper, enhanced: chapters are kept in the browser, and what they look like on
   paper is fetched from the interface after each change. */

import { element, fill } from "./dom.js";
import { PaperDocument } from "./paper_document.js";
import { readDocument, readFragment, saveAs } from "./scenario.js";
import { Words } from "./words.js";

const data = JSON.parse(document.getElementById("page-data").textContent);
const { texts } = data;
const words = new Words(data);
const paper = new PaperDocument(data);
const byId = (id) => document.getElementById(id);
const [form, preview, trouble, live] = ["about", "preview", "trouble", "live"].map(byId);
const fields = form.elements;
const WAIT_MS = 400; // while a title is typed
const NEEDS_MINUTES = ["sites", "equity"];
const ANY_TIME = ["equity"];
let asking = null;
let timer = 0;
let scenario = null;

/* A chapter's name in the list: what it is, and what it asks. */
function nameOf({ kind, title }) {
  return title || data.kinds[kind] || kind;
}

function questionOf({ kind, category, mode, minutes, metres, at, window, text, scenario: tried }) {
  if (kind === "text") return String(text).slice(0, 80);
  const ids = [category || []].flat();
  const parts = [
    tried?.name,
    ids.map((id) => data.categories[id] || id).join(` ${texts.or} `),
    data.modes[mode] || mode,
    minutes && fill(texts.minutes, { n: words.number(minutes) }),
    metres && fill(texts.metres, { n: words.number(metres) }),
    data.times[at] || at,
    data.windows[window] || window,
  ];
  return parts.filter(Boolean).join(", ");
}

/* The question that the form asks, without what a kind does not ask. */
function question(kind) {
  const isLine = fields.mode.value === "line";
  const asked = { category: fields.category.value.split(","), mode: fields.mode.value };
  if (isLine) asked.metres = Number(fields.metres.value);
  else asked.minutes = Number(fields.minutes.value);
  if (fields.at.value && !ANY_TIME.includes(kind)) asked.at = fields.at.value;
  else if (fields.window && fields.mode.value === "transit") asked.window = fields.window.value;
  return asked;
}

function ticks() {
  return [...byId("kinds").querySelectorAll("input")];
}

function showKinds() {
  for (const tick of ticks()) {
    const isRefused = fields.mode.value === "line" && NEEDS_MINUTES.includes(tick.value);
    tick.disabled = isRefused || (Boolean(fields.at.value) && ANY_TIME.includes(tick.value));
    if (tick.disabled) tick.checked = false;
  }
}

function complain(...lines) {
  trouble.replaceChildren(...lines.map((line) => element("span", `${line} `)));
  trouble.hidden = !lines.length;
}

function add(chapters) {
  if (paper.chapters.length + chapters.length > data.most_chapters) return complain(texts.full);
  paper.add(...chapters);
  tell(fill(texts.added, { chapter: chapters.map(nameOf).join(", ") }));
  return changed();
}

function tell(text) {
  live.textContent = text;
}

function changed() {
  complain(...(paper.isKept ? [] : [texts.not_kept]));
  showList();
  show();
}

function showList() {
  const rows = paper.chapters.map((chapter, index) => {
    const row = element("li");
    const about = element("div");
    about.append(element("strong", nameOf(chapter)), element("small", questionOf(chapter)));
    const steps = element("div", "", "steps");
    steps.append(
      stepButton("up", "↑", chapter, index === 0, () => move(index, -1)),
      stepButton("down", "↓", chapter, index === paper.chapters.length - 1, () => move(index, 1)),
      stepButton("remove", "✕", chapter, false, () => remove(index)),
    );
    row.append(about, steps);
    return row;
  });
  byId("list").replaceChildren(...rows);
  byId("nothing").hidden = rows.length > 0;
}

function stepButton(name, sign, chapter, isDisabled, action) {
  const button = element("button", sign);
  button.type = "button";
  button.disabled = isDisabled;
  button.dataset.step = name;
  const label = fill(texts[name], { chapter: `${nameOf(chapter)}, ${questionOf(chapter)}` });
  button.setAttribute("aria-label", label);
  button.title = label;
  button.addEventListener("click", action);
  return button;
}

function move(index, step) {
  const chapter = nameOf(paper.chapters[index]);
  paper.move(index, step);
  changed();
  const buttons = byId("list").children[index + step].querySelectorAll("button:not(:disabled)");
  const wanted = [...buttons].find((each) => each.dataset.step === (step < 0 ? "up" : "down"));
  (wanted || buttons[0]).focus();
  tell(fill(texts.moved, { chapter, n: index + step + 1 }));
}

function remove(index) {
  const chapter = nameOf(paper.chapters[index]);
  paper.remove(index);
  changed();
  const row = byId("list").children[Math.min(index, paper.chapters.length - 1)];
  (row?.querySelector("[data-step=remove]") || byId("add")).focus();
  tell(fill(texts.removed, { chapter }));
}

function request(format, signal) {
  const about = new URLSearchParams({ f: format, lang: data.language });
  return fetch(`${data.url}?${about}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(paper.content),
    signal,
  });
}

/* The paper alone, without the style of its page, which the policy of this page refuses. */
function articleOf(text) {
  const [begin, end] = [text.indexOf("<article"), text.lastIndexOf("</article>")];
  const parsed = new DOMParser().parseFromString(text.slice(begin, end), "text/html");
  return document.adoptNode(parsed.querySelector("article.paper"));
}

async function explain(response) {
  const problem = await response.json().catch(() => null);
  complain(response.status < 500 ? texts.refused : texts.failed, problem?.detail || "");
}

/* Fetches the paper and puts its article in place; it comes escaped, and no script of it would run. */
async function show() {
  asking?.abort();
  const isEmpty = !paper.chapters.length;
  byId("outputs").hidden = isEmpty;
  byId("hint").hidden = !isEmpty;
  if (isEmpty) {
    preview.replaceChildren();
    preview.removeAttribute("aria-busy");
    document.body.dataset.ready = "true";
    return;
  }
  asking = new AbortController();
  const { signal } = asking;
  delete document.body.dataset.ready;
  preview.setAttribute("aria-busy", "true");
  try {
    const response = await request("html", signal);
    if (!response.ok) {
      await explain(response);
    } else {
      preview.replaceChildren(articleOf(await response.text()));
    }
  } catch (error) {
    if (signal.aborted) return;
    complain(texts.failed);
  }
  if (signal.aborted) return;
  preview.removeAttribute("aria-busy");
  document.body.dataset.ready = "true";
}

async function download() {
  const button = byId("docx");
  button.disabled = true;
  tell(texts.computing);
  try {
    const response = await request("docx");
    if (!response.ok) return await explain(response);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await response.blob());
    link.download = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition"))?.[1] || "umkreis.docx";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    tell(texts.ready);
  } catch {
    complain(texts.failed);
  } finally {
    button.disabled = false;
  }
  return undefined;
}

async function readFile(input, read, otherwise) {
  const [file] = input.files;
  input.value = "";
  if (!file) return;
  if (file.size > data.most_bytes) {
    complain(texts.too_large);
    return;
  }
  try {
    read(await file.text());
  } catch {
    complain(otherwise);
  }
}

function scenarioChapter(found) {
  const content = { version: 1, name: found.name, changes: found.changes };
  return { kind: "scenario", ...question("scenario"), scenario: content };
}

/* A scenario that was tried on the planner's page comes in the fragment, which no server sees. */
function offerScenario() {
  try {
    scenario = readFragment(location.hash, fields.category.value.split(",")[0]);
  } catch {
    complain(texts.no_scenario);
  }
  if (!scenario) return;
  const label = element("label", "", "tick");
  const box = element("input");
  box.type = "checkbox";
  box.value = "scenario";
  box.checked = true;
  label.append(box, element("span", texts.scenario));
  byId("kinds").append(label);
}

function fillHead() {
  fields.title.value = paper.content.title || "";
  fields.author.value = paper.content.author || "";
  const asked = paper.content.district || data.region;
  const known = [...fields.district.options].find((each) => [each.value, each.text].includes(asked));
  fields.district.value = (known || fields.district.options[0]).value;
  if (!known) paper.set({ district: null });
}

function ticked() {
  return ticks().filter((each) => each.checked).map(({ value }) =>
    value === "scenario" ? scenarioChapter(scenario) : { kind: value, ...question(value) });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const chapters = ticked();
  if (chapters.length) add(chapters);
  else complain(texts.none_ticked);
});
for (const name of ["mode", "at"]) fields[name].addEventListener("change", showKinds);
fields.district.addEventListener("change", () => {
  paper.set({ district: fields.district.value === data.region ? null : fields.district.value });
  changed();
});
for (const name of ["title", "author"]) {
  fields[name].addEventListener("input", () => {
    paper.set({ [name]: fields[name].value });
    clearTimeout(timer);
    timer = setTimeout(show, WAIT_MS);
  });
}
byId("words").addEventListener("submit", (event) => {
  event.preventDefault();
  const [heading, text] = [byId("heading"), byId("text")];
  add([{ kind: "text", title: heading.value, text: text.value }]);
  [heading.value, text.value] = ["", ""];
});
byId("scenario-file").addEventListener("change", (event) => {
  readFile(event.target, (text) => add([scenarioChapter(readDocument(text))]), texts.no_scenario);
});
byId("paper-file").addEventListener("change", (event) => {
  readFile(event.target, (text) => { paper.set(paper.parse(text)); fillHead(); changed(); }, texts.unreadable);
});
byId("save").addEventListener("click", () => saveAs(`umkreis-paper-${data.region}.json`, paper.content));
byId("forget").addEventListener("click", () => {
  if (!confirm(texts.forget)) return;
  paper.forget();
  fillHead();
  changed();
});
byId("print").addEventListener("click", () => print());
byId("docx").addEventListener("click", download);

for (const id of ["chapters", "scripted"]) byId(id).hidden = false;
offerScenario();
if (!paper.chapters.length && new URLSearchParams(location.search).has("kind")) {
  // an address that asks for a paper: it becomes the one of this browser
  const district = fields.district.value === data.region ? null : fields.district.value;
  paper.set({ title: fields.title.value, author: fields.author.value, district });
  paper.add(...ticked());
}
fillHead();
showKinds();
changed();
