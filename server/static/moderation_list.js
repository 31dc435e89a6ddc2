/* The queue of the review desk: after a decision the next item has the focus, and J and K (or the
   arrows) lead through the list while the focus is inside of it. */

const list = document.getElementById("desk-list");
const links = list ? [...list.querySelectorAll("a.title")] : [];

for (const hint of document.querySelectorAll(".keys")) hint.hidden = false;

const next = document.querySelector("#next a.title");
if (next) next.focus();
else document.getElementById("done")?.focus();

list?.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  const at = links.indexOf(document.activeElement);
  if (!step || at < 0) return;
  event.preventDefault();
  links[Math.min(links.length - 1, Math.max(0, at + step))].focus();
});
