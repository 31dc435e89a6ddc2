/* On a small screen a switch shows the list or the map; on paper there are both. */

const PAPER_PX = 660; // width of an A4 sheet between its margins
const byId = (id) => document.getElementById(id);

export class Sides {
  /* `onMap` is told once the map is seen, `onList` once it is not. */
  constructor({ texts, onMap, onList }) {
    Object.assign(this, { texts, onMap, onList });
    byId("switch").addEventListener("click", (event) => {
      const side = event.target.closest("button")?.dataset.side;
      if (side) this.show(side);
    });
  }

  show(side, { quiet = false } = {}) {
    document.body.dataset.side = side;
    for (const button of byId("switch").children) button.setAttribute("aria-pressed", String(button.dataset.side === side));
    if (side === "map") {
      this.onMap();
      scrollTo(0, 0);
    } else this.onList();
    if (!quiet) byId("live").textContent = side === "map" ? this.texts.map_shown : this.texts.list_shown;
  }

  isMap() {
    return document.body.dataset.side === "map";
  }
}

/* On paper the map keeps what it shows, as wide as a sheet. */
export function keepMapOnPaper() {
  addEventListener("beforeprint", () => {
    const { offsetWidth: width, offsetHeight: height } = byId("map");
    if (!width || !height) return;
    const { style } = document.body;
    style.setProperty("--map-width", `${width}px`);
    style.setProperty("--map-height", `${height}px`);
    style.setProperty("--map-scale", String(Math.min(1, PAPER_PX / width)));
  });
}
