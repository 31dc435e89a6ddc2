/* Scenarios that a planner keeps on the server: saved, opened and removed beside the files. Only
   drawn for who has signed in; a shared one is opened by everybody through #stored= and its id. */

import { askJson, element, fill } from "./dom.js";

const LINK = /^#stored=([0-9a-f-]{36})$/;

/* Reads the scenario that a link names, as its document; null where the link names none. */
export async function readStored(hash, scenariosUrl) {
  const [, id] = LINK.exec(hash) || [];
  if (!id) return null;
  return (await askJson(`${scenariosUrl}/stored/${id}`)).scenario;
}

export class ScenarioStore {
  constructor(editor) {
    this.editor = editor;
    this.box = editor.box.querySelector("[data-stored]");
    if (!this.box) return;
    this.url = this.box.dataset.stored;
    this.parts = Object.fromEntries([...this.box.querySelectorAll("[data-do]")].map((part) => [part.dataset.do, part]));
    this.choice = this.box.querySelector("select");
    const { keep, open, link, remove, share } = this.parts;
    keep.addEventListener("click", () => this.tell(() => this.keep()));
    open.addEventListener("click", () => this.tell(() => this.open()));
    link.addEventListener("click", () => this.tell(() => this.copyLink()));
    remove.addEventListener("click", () => this.tell(() => this.remove()));
    this.choice.addEventListener("change", () => this.choose());
    share.checked = false;
    this.found = [];
    this.draw(editor.document);
    this.tell(() => this.list());
  }

  /* Nothing is saved where nothing is tried out. */
  draw({ isEmpty }) {
    if (!this.box) return;
    this.parts.saving.hidden = isEmpty;
    this.parts.empty.hidden = !isEmpty;
  }

  async tell(work) {
    try {
      this.parts.status.textContent = (await work()) || "";
    } catch (error) {
      const { detail } = error.problem || {};
      this.parts.status.replaceChildren(this.box.dataset.failed);
      if (!detail) return;
      const words = element("span", ` ${detail}`);
      words.lang = "en"; // the interface speaks English
      this.parts.status.append(words);
    }
  }

  ask(method, path = "", body = undefined) {
    const headers = { "Content-Type": "application/json", "X-CSRF-Token": this.box.dataset.csrf };
    return askJson(this.url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
  }

  async list(chosen = "") {
    this.found = (await askJson(this.url)).scenarios;
    this.parts.list.hidden = !this.found.length;
    this.choice.replaceChildren(
      ...this.found.map(({ id, name, is_shared: isShared }) => {
        const option = element("option", isShared ? `${name} (${this.box.dataset.public})` : name);
        option.value = id;
        option.selected = id === chosen;
        return option;
      }),
    );
    this.choose();
  }

  get chosen() {
    return this.found.find(({ id }) => id === this.choice.value);
  }

  choose() {
    this.parts.link.hidden = !this.chosen?.is_shared;
  }

  /* The same name again takes the place of what was kept under it. */
  async keep() {
    const { document: scenario } = this.editor;
    const name = scenario.name.trim().slice(0, 100) || this.box.dataset.unnamed;
    const body = { name, scenario: scenario.toJson(), is_shared: this.parts.share.checked };
    const old = this.found.find((each) => each.is_own && each.name === name);
    const { id } = await (old ? this.ask("PUT", `/${old.id}`, body) : this.ask("POST", "", body));
    await this.list(id);
    return fill(this.box.dataset.said, { name });
  }

  async open() {
    const { id, name, is_shared: isShared } = this.chosen;
    const { scenario } = await askJson(`${this.url}/${id}`);
    this.parts.share.checked = isShared;
    this.editor.change(() => this.editor.document.set(scenario.changes, scenario.name || name));
    return fill(this.box.dataset.opened, { name });
  }

  copyLink() {
    const here = new URL(location.href);
    here.hash = `#stored=${this.chosen.id}`;
    return this.editor.copyAddress(here.href);
  }

  async remove() {
    const { id, name } = this.chosen;
    await this.ask("DELETE", `/${id}`).catch((error) => {
      if (!(error instanceof SyntaxError)) throw error; // an answer without a body
    });
    await this.list();
    return fill(this.box.dataset.gone, { name });
  }
}
