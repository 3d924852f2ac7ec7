// <sort-rows> round a table: a head with data-sort ("words" or "number") becomes a button. Only rows on this page are moved.
class SortRows extends HTMLElement {
  connectedCallback() {
    const words = new Intl.Collator(document.documentElement.lang || undefined, { numeric: true });
    for (const head of this.querySelectorAll("th[data-sort]")) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "sort" });
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => this.sort(head, words));
    }
  }

  sort(head, words) {
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of this.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const text = (row) => row.cells[head.cellIndex]?.dataset.value ?? row.cells[head.cellIndex]?.textContent.trim() ?? "";
    const number = (row) => Number.parseFloat(text(row).replace(/[^\d.-]/g, "")) || 0;
    const compare = head.dataset.sort === "number" ? (a, b) => number(a) - number(b) : (a, b) => words.compare(text(a), text(b));
    const body = this.querySelector("tbody");
    body.append(...[...body.rows].sort((a, b) => (down ? -compare(a, b) : compare(a, b))));
  }
}

customElements.define("sort-rows", SortRows);
