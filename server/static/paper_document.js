/* A council paper as a document: what the asker puts together. It lives in this browser and in files;
   what its chapters answer is for the interface to say. */

import { UnreadableError } from "./scenario.js";

export class PaperDocument {
  constructor({ region, version }) {
    this.key = `umkreis.paper.${region}`;
    this.version = version;
    this.isKept = true;
    this.read();
  }

  read() {
    this.content = this.empty();
    try {
      const text = localStorage.getItem(this.key);
      if (text) this.content = this.parse(text);
    } catch {
      this.isKept = false; // storage is switched off, or holds what is not ours
    }
  }

  empty() {
    return { version: this.version, title: "", author: "", district: null, chapters: [] };
  }

  /* Reads a file as far as the page needs it; its faults are the interface's to tell. */
  parse(text) {
    let found;
    try {
      found = JSON.parse(text);
    } catch {
      throw new UnreadableError();
    }
    const { chapters } = found || {};
    const isList = Array.isArray(chapters) && chapters.every((each) => typeof each?.kind === "string");
    if (!isList) throw new UnreadableError();
    return { ...this.empty(), ...found };
  }

  get chapters() {
    return this.content.chapters;
  }

  set(changed) {
    this.content = { ...this.content, ...changed };
    try {
      localStorage.setItem(this.key, JSON.stringify(this.content));
      this.isKept = true;
    } catch {
      this.isKept = false;
    }
  }

  add(...chapters) {
    this.set({ chapters: [...this.chapters, ...chapters] });
  }

  remove(index) {
    this.set({ chapters: this.chapters.filter((_, i) => i !== index) });
  }

  move(index, step) {
    const chapters = [...this.chapters];
    const [moved] = chapters.splice(index, 1);
    chapters.splice(index + step, 0, moved);
    this.set({ chapters });
  }

  forget() {
    this.set(this.empty());
  }
}
