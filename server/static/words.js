/* Numbers as they are written in the language of the page. */

export class Words {
  constructor({ language, texts }) {
    this.texts = texts;
    this.formats = {
      number: new Intl.NumberFormat(language, { maximumFractionDigits: 1 }),
      percent: new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 }),
    };
  }

  number(value) {
    return this.formats.number.format(value);
  }

  /* People in tens; null are too few to publish. */
  people(count) {
    return count === null ? this.texts.few : this.number(count);
  }

  share(value) {
    return value === null ? "–" : this.formats.percent.format(value);
  }
}
