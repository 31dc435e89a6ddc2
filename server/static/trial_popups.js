/* What the windows on the map offer: to move or close an offer of today, to change its hours, and to
   name, move or remove what is on trial. */

import { element } from "./dom.js";
import { MOVABLE } from "./trial.js";
import { button } from "./trial_list.js";

export class TrialPopups {
  constructor(editor) {
    this.editor = editor;
    editor.map.tell.onOffer = (id, box) => this.addButtons(id, box);
    editor.map.tell.figuresOf = (index) => this.figures(index);
  }

  /* To the window of an offer that counts in the question. */
  addButtons(id, box) {
    const { editor } = this;
    if (!editor.parts || !editor.map.offerMarkers.has(id)) return;
    const { texts } = editor;
    const row = element("div", "", "choices");
    row.append(
      button(texts.move_offer, "quiet", () => editor.tools.start("place", { offer: id })),
      button(texts.close_offer, "quiet", () => this.setOffer({ do: "close_offer", offer: id })),
    );
    box.append(row, this.hours("", (hours) => {
      if (hours) this.setOffer({ do: "change_hours", offer: id, opening_hours: hours });
    }));
  }

  /* Hours count where the question has a time; else it is said why there is no field for them. */
  hours(value, apply) {
    const { data, texts } = this.editor;
    return data.question.at ? this.entry(texts.hours_input, value, apply) : element("p", texts.hours_need_time);
  }

  setOffer(change) {
    const { editor } = this;
    editor.map.map.closePopup();
    editor.change(() => editor.document.setOffer(change));
    editor.list.focusWords(editor.document.changes.length - 1);
  }

  /* The window of a mark of the scenario. */
  figures(index) {
    const { editor } = this;
    const { texts, document: scenario } = editor;
    const change = scenario.changes[index];
    const box = element("div", "", "figures");
    if (!change) return box;
    box.append(element("strong", editor.words(change)));
    if (change.do === "add_offer") {
      box.append(this.entry(texts.name, change.name, (name) => this.set(index, { name })));
      box.append(this.hours(change.opening_hours, (hours) => this.set(index, { opening_hours: hours })));
    } else if (change.do === "open_street") {
      box.append(this.entry(texts.name, change.name, (name) => this.set(index, { name })));
    }
    const row = element("div", "", "choices");
    if (MOVABLE.includes(change.do) || change.place?.type === "Point") {
      row.append(button(texts.move_offer, "quiet", () => editor.tools.start("place", { index })));
    }
    row.append(button(texts.remove, "quiet", () => editor.remove(index)));
    box.append(row);
    return box;
  }

  set(index, values) {
    const { editor } = this;
    editor.change(() => editor.document.replace(index, values));
    editor.list.focusWords(index);
  }

  /* A field with its name and a button. */
  entry(label, value, apply) {
    const form = element("form", "", "entry-row");
    const name = element("label", label);
    const field = element("input", "", "entry");
    field.value = value || "";
    field.maxLength = 500;
    field.autocomplete = "off";
    name.append(field);
    const go = element("button", this.editor.texts.apply, "quiet");
    go.type = "submit";
    form.append(name, go);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      apply(field.value.trim());
    });
    return form;
  }
}
