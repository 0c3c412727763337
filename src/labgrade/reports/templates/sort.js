"use strict";
// Headers become buttons that sort their table. Without this script the tables read the same.
const collator = new Intl.Collator(undefined, { numeric: true });

function valueOf(row, index) {
  const cell = row.cells[index];
  return cell.dataset.value === undefined ? null : Number(cell.dataset.value);
}

function compare(index, textual, sign) {
  return (a, b) => {
    if (textual) return sign * collator.compare(a.cells[index].textContent, b.cells[index].textContent);
    const [x, y] = [valueOf(a, index), valueOf(b, index)];
    if (x === null || y === null) return (x === null) - (y === null);  // what is missing stays last
    return sign * (x - y);
  };
}

function sortBy(header) {
  const table = header.closest("table");
  const ascending = header.getAttribute("aria-sort") !== "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", ascending ? "ascending" : "descending");
  const body = table.tBodies[0];
  const order = compare(header.cellIndex, header.dataset.sort === "text", ascending ? 1 : -1);
  body.append(...[...body.rows].sort(order));
}

for (const header of document.querySelectorAll("th[data-sort]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...header.childNodes);
  button.addEventListener("click", () => sortBy(header));
  header.append(button);
}
