// <auto-save data-url data-version> round a form: saves what is typed a moment after each pause, keeps it on this device until the
// server has it, and on a conflict points at both texts. The server answers {saved_at, version}, 409 {conflict_url} or 422 {errors}.
// A form with a hidden field `seen` merges: the answer brings `elsewhere`, what another device saved meanwhile of other fields.
import { forget, keep, kept, sent } from "./kept.js";
import { fill, say } from "./say.js";

const PAUSE = 1200;
const LONGEST = 8000;
const PATIENCE = 4000;
const TURN = 50;
const TICK = '<svg class="tick" viewBox="0 0 14 12" aria-hidden="true"><path d="M1 6.5 5 10.5 13 1.5"/></svg>';

class AutoSave extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    if (!this.form) return;
    this.url = this.dataset.url;
    this.version = this.dataset.version;
    this.changed = new Set();
    this.versionField = this.form.elements.version ?? this.addVersionField();
    this.seenField = this.form.elements.seen;
    this.bringBack();
    for (const field of this.texts()) if (field.value !== field.defaultValue) this.note(field); // typed before this script had come
    this.form.addEventListener("input", (event) => this.note(event.target));
    this.form.addEventListener("change", (event) => this.note(event.target));
    this.form.addEventListener("submit", (event) => this.leave(event));
    addEventListener("online", () => this.soon(0));
    addEventListener("pageshow", () => (this.leaving = false));
    addEventListener("pagehide", () => this.save({ keepalive: true }));
    document.addEventListener("visibilitychange", () => document.hidden && this.save({ keepalive: true }));
  }

  addVersionField() {
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: "version", value: this.version });
    this.form.append(field);
    return field;
  }

  texts() {
    return [...this.form.elements].filter((one) => one.matches('textarea, input:not([type]), input[type="text"], input[type="email"], input[type="tel"]'));
  }

  // Which of several is chosen is kept as words are: a level costs its reader as much thought as a sentence.
  chosen() {
    return [...this.form.elements].filter((one) => one.matches('input[type="radio"]:checked'));
  }

  // What a lost connection or a closed window left unsaved comes back, and is saved at once; if the server has moved on since, it
  // answers with both texts.
  bringBack() {
    let found = false;
    for (const name of new Set([...this.form.querySelectorAll('input[type="radio"]')].map((one) => one.name))) {
      const old = kept(this.url, name);
      const choice = old && [...this.form.elements].find((one) => one.type === "radio" && one.name === name && one.value === old.words);
      if (!choice || choice.checked) {
        if (old) forget(this.url, name);
        continue;
      }
      choice.checked = true;
      this.version = old.version;
      this.saw(name, old.seen);
      this.changed.add(name);
      choice.dispatchEvent(new Event("change", { bubbles: true }));
      found = true;
    }
    for (const field of this.texts()) {
      const old = kept(this.url, field.name);
      if (!old) continue;
      const newer = !field.matches("textarea") && field.value !== field.defaultValue; // a line typed before this script had come
      if (old.words === field.value || newer) forget(this.url, field.name);
      else {
        const early = field.matches("textarea") && field.value !== field.defaultValue ? `\n\n${field.value}` : ""; // typed before this script had come
        field.value = old.words + early;
        this.version = old.version;
        this.saw(field.name, old.seen);
        this.changed.add(field.name);
        field.dispatchEvent(new Event("input", { bubbles: true }));
        found = true;
      }
    }
    if (!found) return;
    this.show(this.dataset.found, "waiting");
    this.soon(PAUSE);
  }

  signs() {
    return this.seenField?.value ? JSON.parse(this.seenField.value) : {};
  }

  // How a field was when what is in it now was typed.
  saw(name, sign) {
    if (!this.seenField) return;
    const { [name]: _, ...rest } = this.signs();
    this.seenField.value = JSON.stringify(sign ? { ...rest, [name]: sign } : rest);
  }

  // What another device saved of fields that nobody touched here since.
  fillIn(said) {
    if (!this.seenField || said.seen === undefined) return;
    const before = this.signs();
    this.seenField.value = said.seen;
    for (const [name, words] of Object.entries(said.elsewhere)) {
      if (this.changed.has(name)) {
        this.saw(name, before[name]);
        continue;
      }
      const controls = [...this.form.elements].filter((one) => one.name === name);
      for (const control of controls) {
        if (control.type === "radio") control.checked = control.value === words;
        else control.value = words;
      }
      this.filling = true;
      const shown = controls.find((one) => one.checked) ?? controls[0];
      for (const kind of ["input", "change"]) shown?.dispatchEvent(new Event(kind, { bubbles: true }));
      this.filling = false;
    }
  }

  note(field) {
    if (this.filling || !field.name || field.type === "file") return;
    if (this.held?.get(field.name) === field.value) return; // left, not typed in: the server holds these words beside the others
    this.changed.add(field.name);
    if (field.type === "radio" ? field.checked : this.texts().includes(field)) keep(this.url, field.name, field.value, this.version, this.signs()[field.name]);
    this.first ??= Date.now();
    this.soon(Math.max(0, Math.min(PAUSE, this.first + LONGEST - Date.now())));
  }

  soon(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), wait);
  }

  // A save may be on its way: the form waits for it, so that it carries the version that the save made and not the one before.
  async leave(event) {
    if (!navigator.onLine) {
      // The browser would show a page of its own, and what was chosen here would be gone behind it.
      event.preventDefault();
      this.show(this.dataset.offline, "waiting");
      say(this.dataset.offline);
      return;
    }
    clearTimeout(this.timer);
    this.leaving = true;
    sent(this.url);
    if (!this.busy) return;
    event.preventDefault();
    if (this.waits) return;
    this.waits = true;
    const { submitter } = event;
    for (let rest = PATIENCE; this.busy && rest > 0; rest -= TURN) await new Promise((go) => setTimeout(go, TURN));
    this.busy = this.waits = false;
    this.form.requestSubmit(submitter);
  }

  async save({ keepalive = false } = {}) {
    if (!this.changed.size || this.stopped || this.leaving) return;
    if (this.busy && !keepalive) return this.soon(300);
    clearTimeout(this.timer);
    this.first = undefined;
    const names = [...this.changed];
    const words = new Map([...this.texts(), ...this.chosen()].map((field) => [field.name, field.value]));
    const body = new FormData(this.form);
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
    body.set("version", this.version);
    this.changed.clear();
    this.busy = true;
    this.toggleAttribute("saving", true);
    try {
      const answer = await fetch(this.url, { method: "POST", body, keepalive, headers: { "X-Autosave": "1", Accept: "application/json" }, redirect: "error" });
      await this.heard(answer, names, words);
    } catch {
      this.again(names);
    } finally {
      this.busy = false;
      this.toggleAttribute("saving", false);
    }
  }

  async heard(answer, names, words) {
    const said = await answer.json();
    if (answer.ok) {
      this.tries = 0;
      this.version = String(said.version);
      this.versionField.value = this.version;
      this.fillIn(said);
      for (const [name, value] of words) forget(this.url, name, value);
      this.clearErrors();
      this.dispatchEvent(new CustomEvent("saved", { bubbles: true, detail: said }));
      const sentence = fill(this.dataset.savedWords, { time: said.saved_at });
      this.show(sentence, "fresh");
      say(sentence, 1500);
    } else if (said.conflict_url) {
      this.stopped = true;
      this.held = words;
      for (const [name, value] of words) forget(this.url, name, value); // the server holds them beside the others
      this.conflict(said.conflict_url);
    } else if (said.errors?.[""]) {
      // Refused whatever it says: the round or the deadline is over. The words stay on this device.
      const sentence = said.errors[""].join(" ");
      names.forEach((name) => this.changed.add(name));
      this.show(sentence, "wrong");
      say(sentence);
    } else if (answer.status === 422) {
      this.errors(said.errors);
      names.forEach((name) => this.changed.add(name));
      this.show(this.dataset.wrong, "wrong");
    } else this.again(names);
  }

  again(names) {
    const sentence = navigator.onLine ? this.dataset.again : this.dataset.offline;
    names.forEach((name) => this.changed.add(name));
    this.tries = (this.tries ?? 0) + 1;
    this.show(sentence, "waiting");
    if (this.tries === 1) say(sentence);
    this.soon(Math.min(60000, 2000 * 2 ** this.tries));
  }

  show(sentence, kind) {
    for (const place of this.querySelectorAll("[data-saved]")) {
      place.className = `saved ${kind}`;
      place.innerHTML = kind === "fresh" ? TICK : "";
      place.append(` ${sentence}`);
    }
  }

  conflict(url) {
    for (const place of this.querySelectorAll("[data-saved]")) {
      const link = Object.assign(document.createElement("a"), { href: url, textContent: this.dataset.conflictAct });
      place.className = "saved wrong";
      place.replaceChildren(`${this.dataset.conflict} `, link);
    }
    say(`${this.dataset.conflict} ${this.dataset.conflictAct}`);
  }

  clearErrors() {
    for (const error of this.querySelectorAll(".error[data-live]")) error.remove();
    for (const field of this.querySelectorAll(".field.wrong[data-live]")) field.classList.remove("wrong");
  }

  errors(errors) {
    this.clearErrors();
    for (const [name, sentences] of Object.entries(errors ?? {})) {
      const control = this.form.elements[name];
      const field = (control?.[0] ?? control)?.closest?.(".field");
      if (!field) continue;
      const error = Object.assign(document.createElement("p"), { className: "error", textContent: sentences.join(" ") });
      error.dataset.live = field.dataset.live = "";
      field.classList.add("wrong");
      field.querySelector(".label, legend")?.closest("h1, .label, legend").after(error);
      say(sentences.join(" "));
    }
  }
}

customElements.define("auto-save", AutoSave);
