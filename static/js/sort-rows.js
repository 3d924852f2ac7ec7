// <sort-rows> round a table: a head with data-sort ("words" or "number") becomes a button. Only rows on this page are moved.
// Round a list of rows (data-row) and a form: rows get a handle, and where one is dropped the form sends their order. Keys have
// the buttons in each row, which work without script too.
class SortRows extends HTMLElement {
  connectedCallback() {
    const words = new Intl.Collator(document.documentElement.lang || undefined, { numeric: true });
    for (const head of this.querySelectorAll("th[data-sort]")) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "sort" });
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => this.sort(head, words));
    }
    for (const row of this.querySelectorAll("[data-row]")) this.handle(row);
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

  handle(row) {
    const handle = Object.assign(document.createElement("span"), { className: "drag-handle", title: this.dataset.handle });
    handle.setAttribute("aria-hidden", "true");
    row.prepend(handle);
    row.classList.add("has-handle");
    handle.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      handle.setPointerCapture(event.pointerId);
      this.before = this.order();
      row.classList.add("is-dragged");
    });
    handle.addEventListener("pointermove", (event) => {
      if (row.classList.contains("is-dragged")) this.follow(row, event.clientY);
    });
    handle.addEventListener("pointerup", () => this.drop(row));
    handle.addEventListener("pointercancel", () => row.classList.remove("is-dragged"));
  }

  order() {
    return [...this.querySelectorAll("[data-row]")].map((row) => row.dataset.row);
  }

  follow(row, y) {
    const middle = (other) => other.getBoundingClientRect().top + other.offsetHeight / 2;
    const above = row.previousElementSibling;
    const below = row.nextElementSibling;
    if (above && y < middle(above)) above.before(row);
    else if (below && y > middle(below)) below.after(row);
  }

  drop(row) {
    row.classList.remove("is-dragged");
    const order = this.order();
    if (order.join() === this.before?.join()) return;
    const form = this.querySelector("form");
    for (const [name, value] of [...order.map((id) => ["order", id]), ["moved", row.dataset.row]]) {
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    }
    form.requestSubmit();
  }
}

customElements.define("sort-rows", SortRows);
