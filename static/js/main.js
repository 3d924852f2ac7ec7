// Fetches only the elements this page holds. Everything here adds to pages that already work without it.
import { tidy } from "./kept.js";

const elements = ["auto-save", "word-count", "leave-guard", "sort-rows", "type-ahead", "bulk-bar", "one-open", "score-total", "tab-pair", "filter-drawer", "page-act", "file-upload", "file-state", "focus-point", "draw-box", "live-page", "proof-of-work"];

for (const name of elements) {
  if (document.querySelector(name)) import(`./${name}.js`);
}

// A menu closes when one looks elsewhere, or presses Escape.
function close(except) {
  for (const menu of document.querySelectorAll("details.drop[open]")) {
    if (menu !== except) menu.open = false;
  }
}

document.addEventListener("click", (event) => close(event.target.closest("details.drop")));
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest?.("details.drop[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// A form without an address of its own is sent to this page's, and the place on this page (#…) would go on with it to the next one.
document.addEventListener("submit", ({ target }) => {
  if (target.method === "post" && location.hash && !target.hasAttribute("action")) target.action = location.pathname + location.search;
});

document.querySelector(".error-summary")?.focus();
tidy();
