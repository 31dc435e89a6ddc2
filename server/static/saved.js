/* What somebody remembers: ids of offers, kept on this device only, never sent. */

export class Saved {
  constructor(region) {
    this.key = `umkreis.saved.${region}`;
  }

  ids() {
    try {
      const found = JSON.parse(localStorage.getItem(this.key) || "[]");
      return Array.isArray(found) ? found.filter((id) => typeof id === "string") : [];
    } catch {
      return []; // storage is switched off, or holds what is not ours
    }
  }

  has(id) {
    return this.ids().includes(id);
  }

  /* Returns whether it is remembered now; throws where nothing can be stored. */
  toggle(id) {
    const ids = this.ids();
    const next = ids.includes(id) ? ids.filter((other) => other !== id) : [...ids, id];
    localStorage.setItem(this.key, JSON.stringify(next));
    return next.includes(id);
  }
}
