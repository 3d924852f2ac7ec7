// <leave-guard> round a form that does not save itself: the browser asks before words are lost.
class LeaveGuard extends HTMLElement {
  connectedCallback() {
    const form = this.querySelector("form");
    if (!form) return;
    let touched = false;
    const ask = (event) => touched && event.preventDefault();
    form.addEventListener("input", () => (touched = true));
    form.addEventListener("submit", () => (touched = false));
    addEventListener("beforeunload", ask);
    this.release = () => removeEventListener("beforeunload", ask);
  }

  disconnectedCallback() {
    this.release?.();
  }
}

customElements.define("leave-guard", LeaveGuard);
