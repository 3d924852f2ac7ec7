// <score-total> beside a rubric: the weighted mean so far, times ten, from what is chosen. What is not scored, or does not apply, leaves the
// sum; it is not zero.
import { fill } from "./say.js";

class ScoreTotal extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.criteria = [...(this.form?.querySelectorAll(".criterion[data-weight]") ?? [])];
    if (!this.criteria.length) return;
    this.form.addEventListener("change", () => this.sum());
    if (this.criteria.some((one) => [...one.querySelectorAll(".level input")].some((level) => level.checked !== level.defaultChecked))) this.sum(); // brought back
  }

  sum() {
    let [points, weights, scored] = [0, 0, 0];
    for (const criterion of this.criteria) {
      const levels = [...criterion.querySelectorAll(".level input")];
      const chosen = levels.find((one) => one.checked);
      if (!chosen) continue;
      scored += 1;
      if (chosen.value === "na") continue;
      const weight = Number(criterion.dataset.weight);
      points += weight * Number(chosen.value);
      weights += weight;
    }
    const top = Math.max(...[...this.form.querySelectorAll(".criterion .level input")].map((one) => Number(one.value) || 0));
    const all = this.criteria.length;
    const word = this.dataset.words.split("|");
    const most = this.querySelector("[data-most-words]");
    most.textContent = fill(most.dataset.mostWords, { most: 10 * top });
    this.querySelector("[data-figure]").textContent = weights ? ((10 * points) / weights).toFixed(1) : "–";
    this.querySelector("[data-said]").textContent = fill(scored === all ? this.dataset.complete : this.dataset.soFar, {
      scored: word[scored] ?? scored,
      all: word[all] ?? all,
    });
    for (const tab of document.querySelectorAll("[data-scored-words]")) tab.textContent = fill(tab.dataset.scoredWords, { scored, all });
  }
}

customElements.define("score-total", ScoreTotal);
