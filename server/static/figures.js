/* Figures of the interface as the server writes them: shares and what may be said of withheld ones. */

import { Words } from "./words.js";

export class Figures extends Words {
  constructor(data) {
    super(data);
    this.classes = data.looks.classes;
    this.formats.signed = new Intl.NumberFormat(data.language, { signDisplay: "exceptZero" });
  }

  change(count) {
    return count === null ? "–" : this.formats.signed.format(count).replace("-", "\u2212");
  }

  /* Why parts do not add up to their sum as published; empty where they do. */
  sumNote(total, parts) {
    if (parts.includes(null)) return this.texts.sum_withheld;
    return parts.reduce((sum, part) => sum + part, 0) === total ? "" : this.texts.sum_rounded;
  }

  /* 0 % and 100 % are only said where they are exact. */
  share(value) {
    if (value === null) return "–";
    if (value > 0 && value < 0.01) return `<\u202f${this.formats.percent.format(0.01)}`;
    if (value > 0.99 && value < 1) return `>\u202f${this.formats.percent.format(0.99)}`;
    return this.formats.percent.format(value);
  }

  /* The share of an area, or what may be said of a withheld one. */
  shareOf({ share, share_range: range }) {
    if (share !== null || !range) return this.share(share);
    const [least, most] = [Math.floor(range[0] * 100 + 1e-9), Math.ceil(range[1] * 100 - 1e-9)];
    if (least <= 0 && most >= 100) return "–";
    if (most >= 100) return `>\u202f${this.formats.percent.format(least / 100)}`;
    if (least <= 0) return `<\u202f${this.formats.percent.format(most / 100)}`;
    return `${least}–${this.formats.percent.format(most / 100)}`;
  }

  /* The class of an area; a withheld share has one if all it may be lies in it. */
  classOf({ residents, share, share_range: range }, isUnknown) {
    if (isUnknown) return "unknown";
    if (residents === 0) return "nobody";
    if (share !== null) return this.classOfShare(share);
    const [low, high] = (range || []).map((bound) => this.classOfShare(bound));
    return low && low === high ? low : "withheld";
  }

  classOfShare(share) {
    const shares = this.classes.filter((look) => look.lower !== null);
    return (shares.find((look) => share < look.upper - 1e-9) || shares.at(-1)).id;
  }
}
