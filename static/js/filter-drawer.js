// <filter-drawer>: filters stand open where there is room for them.
class FilterDrawer extends HTMLElement {
  connectedCallback() {
    if (matchMedia("(min-width: 48em)").matches) this.querySelector("details").open = true;
  }
}

customElements.define("filter-drawer", FilterDrawer);
