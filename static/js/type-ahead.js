// <type-ahead data-url data-name> round a text field: what matches is offered as radios while one types, or as boxes where several may
// be chosen (data-several). Choices that the page came with (such as "not listed") stay at the end. Without script the form is
// submitted by a button of its own ([data-without-script], taken away here) and the server draws the same choices.
import { fill, say } from "./say.js";

class TypeAhead extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("input:is([type=text], [type=search])");
    if (!this.field) return;
    this.field.autocomplete = "off";
    this.type = "several" in this.dataset ? "checkbox" : "radio";
    for (const button of this.querySelectorAll("[data-without-script]")) button.remove();
    this.list = this.querySelector("[data-matches]") ?? this.addList();
    this.field.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.ask(), 180);
    });
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault(); // what matches is there already; the form goes by its own button
      const first = event.key === "ArrowDown" && this.querySelector(`input[type=${this.type}]`);
      if (!first) return;
      event.preventDefault();
      first.focus();
    });
    this.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target.type !== this.type || event.target.checked) return;
      event.preventDefault(); // Enter on a match chooses it, as in any list: the form would go without it
      event.target.click();
    });
    if (this.field.value !== this.field.defaultValue) this.ask(); // typed before this script had come
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
    const chosen = [...this.list.querySelectorAll("input:checked")];
    const kept = chosen.filter((one) => !matches.some((match) => String(match.value) === one.value)).map((one) => one.closest("label"));
    const values = chosen.map((one) => one.value);
    const here = this.list.contains(document.activeElement) ? document.activeElement.value : null;
    this.list.replaceChildren(...kept, ...matches.map((match) => this.row(match, values.includes(String(match.value)))));
    if (here !== null) [...this.list.querySelectorAll("input")].find((one) => one.value === here)?.focus(); // the last letter's answer came late
    this.tellNone(matches.length === 0 && this.field.value.trim().length > 1);
    if (this.dataset.found && matches.length) say(fill(this.dataset.found, { count: matches.length }), 1200);
  }

  // Nothing under the field could mean "still looking" just as well: say that nothing matches, and what to try.
  tellNone(none) {
    if (!this.dataset.none) return;
    this.none ??= this.list.parentElement.insertBefore(Object.assign(document.createElement("p"), { className: "hint none-found" }), this.list);
    this.none.hidden = !none;
    this.none.textContent = none ? this.dataset.none : "";
    if (none) say(this.dataset.none, 1200);
  }

  row({ value, words, small }, checked) {
    const label = Object.assign(document.createElement("label"), { className: "choice" });
    const className = this.type === "radio" ? "radio" : "tick-box";
    const choice = Object.assign(document.createElement("input"), { type: this.type, className, name: this.dataset.name, value, checked });
    const said = document.createElement("span");
    said.append(words);
    if (small) said.append(Object.assign(document.createElement("small"), { textContent: small }));
    label.append(choice, said);
    return label;
  }
}

customElements.define("type-ahead", TypeAhead);
