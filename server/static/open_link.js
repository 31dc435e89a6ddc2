/* A private link: what follows `#` is sent in a form's body, and stays in no address. */

const form = document.getElementById("open-link");
const field = document.getElementById("link");

function open() {
  const token = location.hash.slice(1);
  if (!token || document.getElementById(token)) return; // "#content" leads within the page
  history.replaceState(null, "", location.pathname + location.search);
  field.value = token;
  form.hidden = true;
  document.getElementById("opening").hidden = false;
  form.submit();
}

// who comes back finds the form, not what it held
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  form.reset();
  form.hidden = false;
  document.getElementById("opening").hidden = true;
});
addEventListener("hashchange", open);
open();
document.body.dataset.ready = "true";
