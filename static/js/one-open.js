// <one-open> round a rubric: one criterion open at a time. A digit scores the open one and goes to the next that is unscored;
// x says that it does not apply; n and p go on and back. Without script all of them are open.
class OneOpen extends HTMLElement {
  connectedCallback() {
    this.all = [...this.querySelectorAll("fieldset.criterion")];
    if (!this.all.length) return;
    this.all.forEach((one) => this.dress(one));
    this.addEventListener("change", (event) => event.target.matches(".level input") && this.tell(event.target.closest(".criterion")));
    document.addEventListener("keydown", (event) => this.press(event));
    addEventListener("hashchange", () => this.fromAddress());
    this.open(this.querySelector(".criterion.wrong, .criterion[data-open]") ?? this.next(-1) ?? this.all[0]);
    this.fromAddress();
  }

  fromAddress() {
    const asked = this.all.find((one) => `#${one.id}` === location.hash);
    if (asked) this.open(asked, true);
  }

  dress(criterion) {
    const said = Object.assign(document.createElement("div"), { className: "criterion-said" });
    const words = document.createElement("span");
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button-link" });
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", () => this.open(criterion, true));
    said.append(words, button);
    criterion.querySelector(".criterion-head").after(said);
    Object.assign(criterion, { said, words, button, body: criterion.querySelector(".criterion-body") });
    this.tell(criterion);
  }

  chosen(criterion) {
    return criterion.querySelector(".level input:checked");
  }

  tell(criterion) {
    const chosen = this.chosen(criterion);
    criterion.words.replaceChildren();
    criterion.words.classList.toggle("soft", !chosen);
    if (!chosen) criterion.words.append(this.dataset.unscored);
    else if (chosen.value === "na") criterion.words.append(this.dataset.notApply);
    else {
      const numeral = Object.assign(document.createElement("span"), { className: "numeral", textContent: chosen.value });
      criterion.words.append(numeral, " ", chosen.closest(".level").querySelector(".level-words").textContent);
    }
    criterion.button.textContent = chosen ? this.dataset.change : this.dataset.score;
    const name = criterion.querySelector(".criterion-name").textContent;
    criterion.button.append(Object.assign(document.createElement("span"), { className: "sr-only", textContent: `: ${name}` }));
  }

  open(criterion, focus = false) {
    this.current = criterion;
    for (const one of this.all) {
      const open = one === criterion;
      one.body.hidden = !open;
      one.said.hidden = open;
    }
    if (!focus) return;
    (this.chosen(criterion) ?? criterion.querySelector(".level input")).focus();
    criterion.scrollIntoView({ block: "nearest" });
  }

  next(from, step = 1) {
    for (let i = from + step; i >= 0 && i < this.all.length; i += step) if (!this.chosen(this.all[i])) return this.all[i];
    return undefined;
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("textarea, select, input:not([type=radio]), [contenteditable]")) return;
    const at = this.all.indexOf(this.current);
    const said = event.key === "x" ? "na" : event.key;
    const level = /^([0-9]|na)$/.test(said) && this.current.querySelector(`.level input[value="${said}"]`);
    if (level) {
      level.checked = true;
      level.dispatchEvent(new Event("input", { bubbles: true }));
      level.dispatchEvent(new Event("change", { bubbles: true }));
      const next = this.next(at) ?? this.next(-1);
      this.open(next ?? this.current, true);
    } else if (event.key === "n" && this.all[at + 1]) this.open(this.all[at + 1], true);
    else if (event.key === "p" && this.all[at - 1]) this.open(this.all[at - 1], true);
    else return;
    event.preventDefault();
  }
}

customElements.define("one-open", OneOpen);
