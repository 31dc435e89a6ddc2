/* Small helpers of all pages' scripts. Names and texts come from everybody's data: they are written
   with textContent, never as HTML. */

export function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined && text !== "") made.textContent = text;
  if (className) made.className = className;
  return made;
}

/* Puts values in place of the names in braces. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

/* Asks the interface; what fails throws its status, with the problem that the interface tells. */
export async function askJson(url, options = {}) {
  const response = await fetch(url, options);
  if (!response.ok) {
    const problem = await response.json().catch(() => null);
    throw Object.assign(new Error(`${response.status}`), { problem });
  }
  return response.json();
}

export function postJson(url, body, { signal } = {}) {
  return askJson(url, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal });
}

export function isWebAddress(text) {
  try {
    return ["http:", "https:"].includes(new URL(text).protocol);
  } catch {
    return false;
  }
}

export function webLink(address) {
  const link = element("a", address);
  link.href = address;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  return link;
}
