/* Puts an embedded map together: each choice shows itself, and the code is copied. */

const form = document.getElementById("build");
let asking;

document.getElementById("show").hidden = true;
form.addEventListener("change", update);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  update();
});
attach();

/* The server makes the code and the address of the preview; their part of its page is taken over. */
async function update() {
  asking?.abort();
  const own = (asking = new AbortController());
  const chosen = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
  const url = `${form.getAttribute("action")}?${chosen}`;
  try {
    const response = await fetch(url, { signal: own.signal });
    if (!response.ok) throw new Error(`${response.status}`);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const made = page.getElementById("made");
    document.getElementById("made").replaceWith(made);
    history.replaceState(null, "", url);
    attach();
    document.getElementById("told").textContent = document.getElementById("made-head").textContent;
  } catch (error) {
    if (error.name !== "AbortError") form.submit(); // then the page says what is wrong
  }
}

function attach() {
  const button = document.getElementById("copy");
  button.hidden = false;
  button.addEventListener("click", async () => {
    const code = document.getElementById("code");
    const told = document.getElementById("told");
    code.select();
    try {
      await navigator.clipboard.writeText(code.value);
      told.textContent = button.dataset.copied;
      button.textContent = button.dataset.copied;
    } catch {
      told.textContent = button.dataset.notCopied;
      code.focus();
    }
  });
}
