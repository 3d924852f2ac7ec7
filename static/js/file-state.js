// Looks every other second whether a file is checked by now, and shows the page anew when it is.
class FileState extends HTMLElement {
  connectedCallback() {
    this.timer = setInterval(() => this.look(), 2000);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  async look() {
    if (document.hidden) return;
    try {
      const answer = await fetch(this.dataset.url, { headers: { Accept: "application/json" }, redirect: "error" });
      if (answer.ok && (await answer.json()).settled) location.reload();
    } catch {
      // no connection just now: the next look tells
    }
  }
}

customElements.define("file-state", FileState);
