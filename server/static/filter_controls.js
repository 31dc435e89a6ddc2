/* The filters of the residents' page: every control shows what is chosen and changes it. */

import { readForm, withoutFilters } from "./resident_state.js";

const WAIT_MS = 300; // while a word is typed
const byId = (id) => document.getElementById(id);

export class FilterControls {
  /* `stateOf` tells what is chosen; `change` gets what shall be different. */
  constructor({ form, stateOf, change }) {
    Object.assign(this, { form, stateOf, change });
    this.usual = byId("usual");
    this.openNow = this.usual.querySelector("[data-open]");
    for (const chip of this.usual.querySelectorAll(".chip")) this.makeButton(chip);
    this.listenToForm();
    this.listenToButtons();
    for (const id of ["where", "views", "switch", "own-time", "filters-done"]) byId(id).hidden = false;
  }

  /* Links become buttons that can be switched on and off. */
  makeButton(chip) {
    chip.setAttribute("role", "button");
    chip.removeAttribute("aria-current");
    const toggle = (event) => {
      event.preventDefault();
      const { category: id, open } = chip.dataset;
      const { state } = this;
      this.change(open ? { open: state.open === open ? "" : open } : { categories: state.categories.includes(id) ? [] : [id] });
    };
    chip.addEventListener("click", toggle);
    chip.addEventListener("keydown", (event) => { if (event.key === " ") toggle(event); });
  }

  get state() {
    return this.stateOf();
  }

  listenToForm() {
    const { form } = this;
    const asFormSays = () => this.change(readForm(form));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      asFormSays();
    });
    form.addEventListener("change", (event) => {
      if (event.target.name && event.target.name !== "q") asFormSays();
    });
    form.elements.q.addEventListener("input", () => {
      this.stop();
      this.timer = setTimeout(asFormSays, WAIT_MS);
    });
    byId("moment").addEventListener("change", ({ target }) => {
      if (target.value && target.checkValidity()) this.change({ open: target.value });
    });
    byId("reset").addEventListener("click", (event) => {
      event.preventDefault();
      this.change(withoutFilters(this.state));
    });
  }

  listenToButtons() {
    byId("filters-done").addEventListener("click", () => {
      byId("all-kinds").open = false;
      byId("results-head").focus();
      byId("results-head").scrollIntoView({ block: "start" });
    });
    byId("views").addEventListener("click", (event) => {
      const view = event.target.closest("button")?.dataset.view;
      if (view) this.change({ view });
    });
    document.querySelector(".results").addEventListener("click", (event) => {
      const kind = event.target.closest("#directory [data-category]");
      if (kind) this.change({ categories: [kind.dataset.category] });
      else if (event.target.closest("#nothing a")) this.change(withoutFilters(this.state));
      else if (event.target.closest("#hours-unknown a")) this.change({ unknown: true });
      else return;
      event.preventDefault();
    });
  }

  /* A word that is being typed is not asked for any more. */
  stop() {
    clearTimeout(this.timer);
  }

  /* Shows what is chosen, on every control. */
  show() {
    const { state } = this;
    for (const button of byId("views").children) button.setAttribute("aria-pressed", String(button.dataset.view === state.view));
    for (const chip of this.usual.querySelectorAll("[data-category]")) {
      chip.setAttribute("aria-pressed", String(state.categories.includes(chip.dataset.category)));
    }
    this.openNow.setAttribute("aria-pressed", String(state.open === "now"));
    this.openNow.parentElement.hidden = state.view === "week"; // dates have their own times
    const count = state.categories.length + Number(Boolean(state.open)) + state.has.length + Number(state.wheelchair) + Number(state.unknown);
    byId("filter-count").textContent = count || "";
    byId("filter-count").hidden = !count;
    for (const fact of this.form.querySelectorAll(".fact")) {
      const of = fact.dataset.categories.split(" ");
      const isChosen = [...fact.querySelectorAll("input")].some((box) => box.checked);
      fact.hidden = !isChosen && state.categories.length > 0 && !of.some((id) => state.categories.includes(id));
    }
  }
}
