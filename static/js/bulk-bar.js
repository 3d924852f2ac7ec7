// <bulk-bar data-form>: appears once a row is chosen, and says how many. The boxes belong to the form with that id.
import { fill, say } from "./say.js";

class BulkBar extends HTMLElement {
  connectedCallback() {
    this.form = document.getElementById(this.dataset.form);
    if (!this.form) return;
    document.addEventListener("change", (event) => event.target.form === this.form && this.count(true));
    this.count(false);
  }

  boxes() {
    return [...this.form.elements].filter((one) => one.type === "checkbox" && one.closest(".pick"));
  }

  count(speak) {
    const boxes = this.boxes();
    const count = boxes.filter((box) => box.checked).length;
    for (const box of boxes) box.closest("tr, li")?.classList.toggle("is-chosen", box.checked);
    this.hidden = count === 0;
    const sentence = count === 1 ? this.dataset.one : fill(this.dataset.many, { count });
    if (speak || count === 0) this.querySelector("[data-said]").textContent = count ? sentence : this.dataset.none;
    if (speak) say(count ? sentence : this.dataset.none);
  }
}

customElements.define("bulk-bar", BulkBar);
