/* The list of what a scenario changes: each in words, a way to its place, and its removal. */

import { element, fill } from "./dom.js";

/* Faults that people run into on the page, by the words of the interface. */
const PLAIN = [
  [/is not in the timetable/, "fault_no_ride"],
  [/has no trip in that span/, "fault_no_trip"],
  [/is no end of line/, "fault_no_end"],
  [/outside the (data|districts)|coordinates do not reach/, "fault_outside"],
  [/from the nearest street|is near its/, "fault_ends"],
  [/no street for/, "fault_no_street"],
  [/is already changed/, "fault_twice"],
  [/hours/, "fault_hours"],
  [/population count/, "fault_uncounted"],
  [/is not known/, "fault_unknown"],
];

export class TrialList {
  constructor(editor) {
    this.editor = editor;
    const { box, document: scenario } = editor;
    this.part = box.querySelector('[data-try="scenario"]');
    this.rows = box.querySelector('[data-try="list"]');
    this.name = box.querySelector("#trial-name");
    this.name.addEventListener("change", () => editor.change(() => scenario.set(scenario.changes, this.name.value)));
  }

  draw(changes) {
    const { document: scenario } = this.editor;
    this.part.hidden = scenario.isEmpty;
    if (document.activeElement !== this.name) this.name.value = scenario.name;
    const focused = [...this.rows.children].findIndex((row) => row.contains(document.activeElement));
    this.rows.replaceChildren(...changes.map((change, index) => this.row(change, index)));
    if (focused >= 0 && this.rows.children[focused]) this.rows.children[focused].querySelector("button").focus({ preventScroll: true });
  }

  row(change, index) {
    const { editor } = this;
    const words = editor.words(change);
    const row = element("li");
    const lead = button(words, "plain", () => editor.map.trial.open(index));
    const remove = button(editor.texts.remove, "quiet", () => editor.remove(index));
    remove.setAttribute("aria-label", fill(editor.texts.remove_change, { what: words }));
    row.append(lead, remove);
    return row;
  }

  /* Where one goes on after a change is gone: the next one, else the first tool. */
  focus(index) {
    const row = this.rows.children[index];
    (row?.querySelector(".quiet") || this.editor.box.querySelector("[data-tool]")).focus({ preventScroll: true });
  }

  focusWords(index) {
    this.rows.children[index]?.querySelector(".plain").focus({ preventScroll: true });
  }

  /* What is wrong, in plain words, and in those of the interface. */
  faults(found) {
    if (!found.length) return [];
    const { texts } = this.editor;
    const list = element("ul");
    for (const { lead, fault } of found) {
      const plain = PLAIN.find(([pattern]) => pattern.test(fault));
      const item = element("li", [lead, plain ? texts[plain[1]] : ""].filter(Boolean).join(": "));
      const words = element("span", fault);
      words.lang = "en"; // the interface speaks English
      item.append(words);
      list.append(item);
    }
    return [list];
  }
}

export function button(text, className, action) {
  const made = element("button", text, className);
  made.type = "button";
  made.addEventListener("click", action);
  return made;
}
