// Lets one draw over what is to be covered on a picture of a page, with a pointer or with keys, instead of writing four numbers.
// The numbers stay, and are what is sent: the form's own fields, named in data-form.
import { fill, say } from "./say.js";

const LEAST = 1; // percent of a page, of a box that was meant
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

class DrawBox extends HTMLElement {
  connectedCallback() {
    this.form = document.getElementById(this.dataset.form);
    this.picture = this.querySelector("img");
    if (!this.form || !this.picture) return;
    this.frame = Object.assign(document.createElement("div"), { className: "draw-frame", tabIndex: 0, hidden: true });
    this.frame.setAttribute("role", "group");
    this.sheet = Object.assign(document.createElement("div"), { className: "draw-sheet" });
    this.picture.replaceWith(this.sheet);
    this.sheet.append(this.picture, this.frame);
    this.begin = this.button(this.dataset.act, () => this.start());
    this.send = this.button(this.dataset.send, () => this.form.requestSubmit());
    this.send.hidden = true;
    this.hint = Object.assign(document.createElement("p"), { className: "small soft", textContent: this.dataset.hint, hidden: true });
    this.hint.id = `draw-hint-${this.dataset.page}`;
    this.frame.setAttribute("aria-describedby", this.hint.id);
    this.append(this.hint, this.begin, this.send);
    this.picture.draggable = false;
    this.sheet.addEventListener("pointerdown", (event) => this.press(event));
    this.sheet.addEventListener("pointermove", (event) => this.drag(event));
    this.sheet.addEventListener("pointerup", () => (this.from = undefined));
    this.sheet.addEventListener("pointercancel", () => (this.from = undefined));
    this.frame.addEventListener("keydown", (event) => this.key(event));
  }

  button(words, act) {
    const made = Object.assign(document.createElement("button"), { type: "button", className: "button plain small", textContent: words });
    made.addEventListener("click", act);
    return made;
  }

  // A box in the middle, to be moved and sized: what a keyboard begins with.
  start() {
    if (this.frame.hidden) this.show({ left: 30, top: 40, right: 70, bottom: 60 });
    this.frame.focus();
  }

  at({ clientX, clientY }) {
    const box = this.picture.getBoundingClientRect();
    const part = (from, size) => Math.min(100, Math.max(0, (from / size) * 100));
    return [part(clientX - box.left, box.width), part(clientY - box.top, box.height)];
  }

  // A finger scrolls the page, unless a box is there already.
  press(event) {
    if (event.button || (event.pointerType === "touch" && this.frame.hidden)) return;
    this.from = this.at(event);
    this.sheet.setPointerCapture(event.pointerId);
    event.preventDefault();
  }

  drag(event) {
    if (!this.from) return;
    const [x, y] = this.at(event);
    const [across, down] = this.from;
    if (Math.abs(x - across) < LEAST || Math.abs(y - down) < LEAST) return;
    this.show({ left: Math.min(x, across), right: Math.max(x, across), top: Math.min(y, down), bottom: Math.max(y, down) });
  }

  // Arrows move it; with Shift they move its far corner. Enter covers it, Escape lets it be.
  key(event) {
    if (event.key === "Enter") this.form.requestSubmit();
    else if (event.key === "Escape") this.clear();
    else if (ARROWS[event.key]) this.move(...ARROWS[event.key], event.shiftKey);
    else return;
    event.preventDefault();
  }

  move(x, y, corner) {
    const { left, top, right, bottom } = this.box;
    if (corner) {
      this.show({ left, top, right: Math.min(100, Math.max(left + LEAST, right + x)), bottom: Math.min(100, Math.max(top + LEAST, bottom + y)) });
      return;
    }
    const across = Math.min(100 - right, Math.max(-left, x));
    const down = Math.min(100 - bottom, Math.max(-top, y));
    this.show({ left: left + across, right: right + across, top: top + down, bottom: bottom + down });
  }

  show(box) {
    this.box = box;
    this.frame.hidden = this.hint.hidden = this.send.hidden = false;
    this.begin.hidden = true;
    Object.assign(this.frame.style, { left: `${box.left}%`, top: `${box.top}%`, width: `${box.right - box.left}%`, height: `${box.bottom - box.top}%` });
    const said = Object.fromEntries(Object.entries(box).map(([side, percent]) => [side, percent.toFixed(1)]));
    for (const [side, percent] of Object.entries({ page: this.dataset.page, ...said })) this.form.elements[side].value = percent;
    const words = fill(this.dataset.words, said);
    this.frame.setAttribute("aria-label", words);
    say(words);
  }

  clear() {
    this.frame.hidden = this.hint.hidden = this.send.hidden = true;
    this.begin.hidden = false;
    this.begin.focus();
  }
}

customElements.define("draw-box", DrawBox);
