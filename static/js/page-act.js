// <page-act data-act="print | copy">: acts only script can do; hidden without it.
import { say } from "./say.js";

class PageAct extends HTMLElement {
  connectedCallback() {
    this.hidden = false;
    const button = this.querySelector("button");
    button.addEventListener("click", async () => {
      if (this.dataset.act === "print") return print();
      await navigator.clipboard.writeText(location.href);
      button.textContent = this.dataset.done;
      say(this.dataset.done, 0);
    });
  }
}

customElements.define("page-act", PageAct);
