// <tab-pair>: on a phone, two views of one page (data-tab="0" and "1") under two sticky tabs. On wide screens both stand side by side.
class TabPair extends HTMLElement {
  connectedCallback() {
    this.panels = [...this.querySelectorAll("[data-tab]")];
    this.tabs = [...this.querySelectorAll('[role="tab"]')];
    if (this.panels.length !== 2) return;
    this.querySelector('[role="tablist"]').hidden = false;
    this.classList.add("ready");
    this.places = [0, 0];
    new ResizeObserver(() => this.stick()).observe(this.panels[1]);
    addEventListener("resize", () => this.stick());
    this.tabs.forEach((tab, i) => {
      this.panels[i].id ||= `tab-panel-${i}`;
      tab.setAttribute("aria-controls", this.panels[i].id);
      tab.addEventListener("click", () => this.show(i));
      tab.addEventListener("keydown", (event) => {
        if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
        this.show(1 - i);
        this.tabs[1 - i].focus();
      });
    });
    addEventListener("hashchange", () => location.hash.startsWith("#criterion") && this.show(1));
    this.show(this.panels[1].querySelector(".wrong") || location.hash.startsWith("#criterion") ? 1 : 0);
  }

  // Beside the text, a panel taller than the window scrolls to its end, and then stays.
  stick() {
    const room = innerHeight - this.panels[1].offsetHeight - 16;
    this.panels[1].style.setProperty("--panel-start", `${Math.min(16, room)}px`);
  }

  // Each view keeps its own place.
  show(at) {
    if (this.at !== undefined && this.at !== at) this.places[this.at] = scrollY;
    this.tabs.forEach((tab, i) => {
      tab.setAttribute("aria-selected", String(i === at));
      tab.tabIndex = i === at ? 0 : -1;
      this.panels[i].classList.toggle("is-other", i !== at);
    });
    if (this.at !== undefined && this.at !== at && matchMedia("(max-width: 59.99em)").matches) scrollTo(0, this.places[at]);
    this.at = at;
  }
}

customElements.define("tab-pair", TabPair);
