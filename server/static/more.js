/* What else is known of the supply: told after the page is drawn, so that it holds nothing up. What
   fails or says nothing is left out. */

import { askJson, fill } from "./dom.js";
import { Words } from "./words.js";

export class More {
  attach(data) {
    this.data = data;
    this.words = new Words(data);
  }

  async tell() {
    const { data } = this;
    const place = document.getElementById("second");
    if (!place) return;
    const [resilience, equity] = await Promise.allSettled(
      [data.resilience_url, data.equity_url].map((url) => (url ? askJson(url) : Promise.reject(new Error("not asked")))),
    );
    if (this.data !== data) return; // a later answer came first
    const lines = [...this.ofSecondOffers(resilience.value || {}), ...this.ofShortfall(equity.value || {})];
    place.textContent = lines.join(" ");
    place.hidden = !lines.length;
  }

  ofSecondOffers({ covered_twice: twice, residents, share_twice: share, critical }) {
    const { texts } = this.data;
    const lines = [];
    if (typeof twice === "number" && typeof share === "number") {
      const values = { n: this.words.number(twice), residents: this.words.number(residents), share: this.words.share(share) };
      lines.push(fill(texts.twice, values));
    }
    const [worst] = critical || [];
    if (worst?.lose) {
      const values = { offer: worst.name, n: this.words.number(worst.lose) };
      lines.push(fill(worst.name ? texts.critical : texts.critical_nameless, values));
    }
    return lines;
  }

  ofShortfall({ missing_min: missing }) {
    return typeof missing === "number" ? [fill(this.data.texts.missing, { n: this.words.number(missing) })] : [];
  }
}
