/* A field with suggestions of what is known already (a combobox as the ARIA Authoring Practices describe
   it): typing narrows, arrows point, Enter takes. What is typed and not on the list stays as it is. */

import { element } from "./dom.js";

const MOST = 30;

export class Combobox {
  /* `options()` are {value, label, about}; `onChoose` takes one that is chosen. */
  constructor({ input, list, options, onChoose = () => {} }) {
    Object.assign(this, { input, list, options, onChoose });
    this.shown = [];
    this.active = -1;
    input.addEventListener("input", () => this.suggest());
    input.addEventListener("click", () => this.suggest());
    input.addEventListener("keydown", (event) => this.pressed(event));
    input.addEventListener("blur", () => this.close());
    list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps its focus
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.choose(Number(option.dataset.index));
    });
  }

  suggest() {
    const typed = wordsOf(this.input.value);
    const fits = ({ label }) => {
      const has = wordsOf(label);
      return typed.every((start) => has.some((word) => word.startsWith(start)));
    };
    const all = this.options();
    const isChosen = all.some(({ label }) => label === this.input.value);
    this.shown = (isChosen ? all : all.filter(fits)).slice(0, MOST);
    this.active = -1;
    this.input.removeAttribute("aria-activedescendant");
    this.list.replaceChildren(...this.shown.map((option, index) => this.row(option, index)));
    this.setOpen(this.shown.length > 0);
  }

  row({ label, about }, index) {
    const row = element("li", label);
    row.id = `${this.list.id}-${index}`;
    row.dataset.index = index;
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", "false");
    if (about) row.append(" ", element("span", about, "soft"));
    return row;
  }

  setOpen(isOpen) {
    this.list.hidden = !isOpen;
    this.input.setAttribute("aria-expanded", String(isOpen));
  }

  pressed(event) {
    const isOpen = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen) this.suggest();
      if (this.shown.length) this.point(this.active + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (isOpen && this.active < 0 && this.shown.length === 1) this.active = 0;
      if (isOpen && this.active >= 0) this.choose(this.active);
    } else if (event.key === "Escape" && isOpen) {
      event.stopPropagation(); // the next one ends the tool
      this.close();
    }
  }

  point(index) {
    const rows = [...this.list.children];
    this.active = (index + rows.length) % rows.length;
    rows.forEach((row, i) => row.setAttribute("aria-selected", String(i === this.active)));
    this.input.setAttribute("aria-activedescendant", rows[this.active].id);
    rows[this.active].scrollIntoView({ block: "nearest" });
  }

  choose(index) {
    const chosen = this.shown[index];
    this.input.value = chosen.label;
    this.close();
    this.onChoose(chosen);
  }

  close() {
    this.active = -1;
    this.input.removeAttribute("aria-activedescendant");
    this.setOpen(false);
  }
}

/* Words in small letters without accents, as far as a search needs them. */
function wordsOf(text) {
  const bare = text.toLowerCase().replaceAll("ß", "ss").normalize("NFD").replace(/\p{M}/gu, "");
  return bare.match(/[\p{L}\p{N}]+/gu) || [];
}
