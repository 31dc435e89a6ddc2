/* Makes a table's columns sortable: headers with `data-sort` become buttons, cells are compared by
   their `data-value` or their text; what has no value stays at the end. */

/* Makes a table whose first column names its rows. Cells are texts, or texts with a `value` to sort by;
   columns with such cells are marked for sorting. */
export function makeTable(columns, rows, caption) {
  const table = document.createElement("table");
  if (caption) table.createCaption().textContent = caption;
  const head = table.createTHead().insertRow();
  columns.forEach((name, i) => {
    const header = document.createElement("th");
    header.scope = "col";
    header.textContent = name;
    if (i) header.className = "num";
    const isSorted = rows.some((cells) => cells[i].value !== undefined);
    if (isSorted) header.dataset.sort = "number";
    else if (!i) header.dataset.sort = "text";
    head.append(header);
  });
  const body = table.createTBody();
  for (const cells of rows) {
    const row = body.insertRow();
    cells.forEach((cell, i) => {
      const made = document.createElement(i ? "td" : "th");
      if (i) made.className = "num";
      else made.scope = "row";
      made.textContent = cell.text ?? cell;
      if (cell.value !== undefined) made.dataset.value = cell.value;
      row.append(made);
    });
  }
  return table;
}

/* A link that saves a table as it stands, in the order that it is sorted in. */
export function tableFile(table, label, name) {
  const link = document.createElement("a");
  link.className = "more";
  link.textContent = label;
  link.download = `${name}.csv`;
  link.href = "#";
  link.addEventListener("click", () => {
    // the mark at the start tells Excel that it is UTF-8
    link.href = URL.createObjectURL(new Blob([`\ufeff${csvOf(table)}`], { type: "text/csv;charset=utf-8" }));
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  });
  return link;
}

export function csvOf(table) {
  const lines = [...table.rows].map((row) => [...row.cells].map(csvCell).join(","));
  return `${lines.join("\r\n")}\r\n`;
}

/* Numbers as they are sorted by; a text never starts a formula. */
function csvCell(cell) {
  const value = cell.dataset.value;
  if (value !== undefined && value !== "") return value;
  const text = cell.textContent.trim().replace(/\s+/g, " ");
  const safe = /^[=+\-@＝＋－＠]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function makeSortable(table, { label, onSort }) {
  for (const header of table.tHead.rows[0].cells) {
    if (!header.dataset.sort) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "plain";
    button.append(...header.childNodes);
    const name = header.title || button.querySelector("[title]")?.title || button.textContent.trim();
    button.title = label.replace("{column}", () => name);
    button.addEventListener("click", () => {
      const isUp = header.getAttribute("aria-sort") !== "ascending";
      sortBy(table, header.cellIndex, isUp);
      onSort(header.cellIndex, isUp);
    });
    header.append(button);
  }
}

export function sortBy(table, column, isUp) {
  const header = table.tHead.rows[0].cells[column];
  if (!header) return;
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", isUp ? "ascending" : "descending");
  const collator = new Intl.Collator(document.documentElement.lang);
  const value = (row) => {
    const cell = row.cells[column];
    if (header.dataset.sort === "text") return cell.textContent.trim();
    return cell.dataset.value === "" ? null : Number(cell.dataset.value);
  };
  const rows = [...table.tBodies[0].rows].map((row) => [value(row), row]);
  rows.sort(([a], [b]) => {
    if (a === null || b === null) return (a === null) - (b === null);
    const order = typeof a === "string" ? collator.compare(a, b) : a - b;
    return isUp ? order : -order;
  });
  table.tBodies[0].append(...rows.map(([, row]) => row));
}
