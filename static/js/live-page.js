// <live-page data-url="…">: looks every few seconds whether the page says something else by now, and shows it.
class LivePage extends HTMLElement {
  connectedCallback() {
    this.timer = setInterval(() => this.look(), 3000);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  async look() {
    if (document.hidden) return;
    try {
      const answer = await fetch(this.dataset.url, { redirect: "error" });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("live-page");
      if (fresh && fresh.innerHTML !== this.innerHTML) this.innerHTML = fresh.innerHTML;
    } catch {
      // no connection just now: the next look tells
    }
  }
}

customElements.define("live-page", LivePage);
