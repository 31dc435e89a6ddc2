/* The queue of the review desk: J and K (or the arrows) lead through the list while the focus is
   inside of it. After a decision the address leads to the next item, which so has the focus. */

const list = document.getElementById("desk-list");
const links = list ? [...list.querySelectorAll("a.title")] : [];

for (const hint of document.querySelectorAll(".keys")) hint.hidden = false;

list?.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  const at = links.indexOf(document.activeElement);
  if (!step || at < 0) return;
  event.preventDefault();
  links[Math.min(links.length - 1, Math.max(0, at + step))].focus();
});
