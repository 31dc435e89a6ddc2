/* Where somebody starts from: an address or a place with suggestions while typing (a combobox as the
   ARIA Authoring Practices describe it), or the location of the device. What is typed goes to the
   interface by POST, and is kept nowhere. */

import { element, fill, postJson } from "./dom.js";

const WAIT_MS = 160;
const LEAST_CHARS = 2;
const LIMIT = 7;

export class PlaceSearch {
  constructor({ input, list, told, clear, data, onChoose, onClear }) {
    Object.assign(this, { input, list, told, clear, data, onChoose, onClear });
    this.answers = [];
    this.active = -1;
    input.addEventListener("input", () => this.typed());
    input.addEventListener("keydown", (event) => this.pressed(event));
    input.addEventListener("blur", () => this.close());
    input.addEventListener("focus", () => input.select());
    list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps its focus
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.choose(Number(option.dataset.index));
    });
    clear.addEventListener("click", () => {
      this.write("");
      this.onClear();
      input.focus();
    });
  }

  write(text) {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.input.value = text;
    this.clear.hidden = !text;
    this.tell("");
    this.close();
  }

  tell(text) {
    this.told.textContent = text;
    this.told.classList.toggle("shown", Boolean(text));
  }

  typed() {
    clearTimeout(this.timer);
    this.clear.hidden = !this.input.value;
    this.tell("");
    if (this.input.value.trim().length < LEAST_CHARS) {
      this.asking?.abort();
      this.close();
      return;
    }
    this.timer = setTimeout(() => this.ask({ typing: true }), WAIT_MS);
  }

  async ask({ typing }) {
    this.asking?.abort();
    const own = (this.asking = new AbortController());
    const body = { q: this.input.value.trim(), limit: LIMIT, ...(typing ? { typing: true } : {}) };
    try {
      const found = await postJson(`${this.data.api}/geocode`, body, { signal: own.signal });
      if (this.asking !== own) return;
      if (typing) this.suggest(found.answers);
      else this.decide(found);
    } catch (error) {
      if (error.name !== "AbortError") this.tell(this.data.texts.failed);
    }
  }

  /* Takes what is surely meant; everything else is a question back. */
  decide({ status, answers }) {
    const { texts } = this.data;
    if (status === "found") {
      this.answers = answers;
      this.choose(0);
      return;
    }
    this.suggest(answers, { quiet: true });
    if (!answers.length) this.tell(texts.nothing_suggested);
    else this.tell(status === "not_exact" ? texts.not_exact : texts.ambiguous);
  }

  suggest(answers, { quiet = false } = {}) {
    this.answers = answers;
    this.active = -1;
    this.input.removeAttribute("aria-activedescendant");
    this.list.replaceChildren(...answers.map((answer, index) => this.option(answer, index)));
    const isOpen = answers.length > 0;
    this.list.hidden = !isOpen;
    this.input.setAttribute("aria-expanded", String(isOpen));
    if (quiet) return;
    const { texts } = this.data;
    if (isOpen) {
      this.told.textContent = fill(texts.suggested, { n: answers.length }); // heard, not seen
      this.told.classList.remove("shown");
    } else this.tell(texts.nothing_suggested);
  }

  option(answer, index) {
    const { texts } = this.data;
    const made = element("li", undefined, "suggestion");
    made.id = `suggestion-${index}`;
    made.dataset.index = index;
    made.setAttribute("role", "option");
    made.setAttribute("aria-selected", "false");
    const [first, ...rest] = answer.label.split(", ");
    made.append(element("span", first, "suggestion-name"));
    const about = [answer.kind === "interpolated" ? texts.interpolated : "", ...rest, answer.district].filter(Boolean);
    const known = [...new Set(about)].filter((part) => part !== first);
    if (known.length) made.append(document.createTextNode(" "), element("span", known.join(" · "), "soft"));
    return made;
  }

  pressed(event) {
    const isOpen = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen && this.answers.length) this.suggest(this.answers, { quiet: true });
      if (this.answers.length) this.point(this.active + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      clearTimeout(this.timer);
      if (isOpen && this.active >= 0) this.choose(this.active);
      else if (this.input.value.trim()) this.ask({ typing: false });
    } else if (event.key === "Escape") {
      if (isOpen) this.close();
      else if (this.input.value) this.write("");
    }
  }

  point(index) {
    const options = [...this.list.children];
    this.active = (index + options.length) % options.length;
    options.forEach((option, i) => option.setAttribute("aria-selected", String(i === this.active)));
    this.input.setAttribute("aria-activedescendant", options[this.active].id);
    options[this.active].scrollIntoView({ block: "nearest" });
  }

  choose(index) {
    const { label, lon, lat } = this.answers[index];
    this.write(label);
    this.onChoose({ label, lon, lat });
  }

  close() {
    this.list.hidden = true;
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

/* Asks the device where it is, only when somebody presses for it. */
export function locate(texts) {
  return new Promise((resolve, reject) => {
    if (!navigator.geolocation) {
      reject(new Error(texts.location_failed));
      return;
    }
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ label: texts.my_location, lon: coords.longitude, lat: coords.latitude }),
      (error) => reject(new Error(error.code === error.PERMISSION_DENIED ? texts.location_denied : texts.location_failed)),
      { enableHighAccuracy: true, timeout: 12_000, maximumAge: 60_000 },
    );
  });
}
