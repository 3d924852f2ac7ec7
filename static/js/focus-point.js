// Lets one point at what matters in a photograph instead of writing two numbers. The numbers stay, and are what is sent.
class FocusPoint extends HTMLElement {
  connectedCallback() {
    this.picture = this.querySelector("img");
    this.mark = document.createElement("span");
    this.mark.className = "focus-mark";
    this.append(this.mark);
    [this.across, this.down] = ["x", "y"].map((end) => document.getElementById(this.dataset[end]));
    this.picture.addEventListener("click", (event) => this.point(event));
    for (const field of [this.across, this.down]) field.addEventListener("input", () => this.show());
    this.show();
  }

  point({ clientX, clientY }) {
    const box = this.picture.getBoundingClientRect();
    this.across.value = Math.round(((clientX - box.left) / box.width) * 100);
    this.down.value = Math.round(((clientY - box.top) / box.height) * 100);
    this.show();
  }

  show() {
    this.mark.style.left = `${this.across.value || 0}%`;
    this.mark.style.top = `${this.down.value || 0}%`;
  }
}

customElements.define("focus-point", FocusPoint);
