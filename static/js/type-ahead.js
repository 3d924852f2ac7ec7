// <type-ahead data-url data-name> round a text field: what matches is offered as radios while one types. Radios that the page came
// with (such as "not listed") stay at the end. Without script the form is submitted and the server draws the same radios.
import { fill, say } from "./say.js";

class TypeAhead extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("input:is([type=text], [type=search])");
    if (!this.field) return;
    this.field.autocomplete = "off";
    this.list = this.querySelector("[data-matches]") ?? this.addList();
    this.field.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.ask(), 180);
    });
    this.field.addEventListener("keydown", (event) => {
      const first = event.key === "ArrowDown" && this.querySelector("input[type=radio]");
      if (!first) return;
      event.preventDefault();
      first.focus();
    });
  }

  addList() {
    const list = Object.assign(document.createElement("div"), { className: "choices matches" });
    list.dataset.matches = "";
    (this.field.closest(".field") ?? this.field).append(list);
    return list;
  }

  async ask() {
    const asked = this.field.value.trim();
    this.asking?.abort();
    if (asked.length < 2) return this.draw([]);
    this.asking = new AbortController();
    const url = new URL(this.dataset.url, location.href);
    url.searchParams.set("q", asked);
    try {
      const answer = await fetch(url, { signal: this.asking.signal, headers: { Accept: "application/json" } });
      if (answer.ok) this.draw(await answer.json());
    } catch {
      // Another letter was typed, or the connection is gone: submitting the form still finds it.
    }
  }

  draw(matches) {
    const chosen = this.list.querySelector("input:checked");
    const rows = matches.map((match) => this.row(match));
    if (chosen && !matches.some((match) => String(match.value) === chosen.value)) rows.unshift(chosen.closest("label"));
    this.list.replaceChildren(...rows);
    if (this.dataset.found) say(fill(this.dataset.found, { count: matches.length }), 1200);
  }

  row({ value, words, small }) {
    const label = Object.assign(document.createElement("label"), { className: "choice" });
    const radio = Object.assign(document.createElement("input"), { type: "radio", className: "radio", name: this.dataset.name, value });
    radio.checked = this.list.querySelector("input:checked")?.value === String(value);
    const said = document.createElement("span");
    said.append(words);
    if (small) said.append(Object.assign(document.createElement("small"), { textContent: small }));
    label.append(radio, said);
    return label;
  }
}

customElements.define("type-ahead", TypeAhead);
