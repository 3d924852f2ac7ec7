// <score-total> beside a rubric: the sum so far, from what is chosen. What is not scored, or does not apply, leaves the sum; it is not zero.
import { fill } from "./say.js";

class ScoreTotal extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.criteria = [...(this.form?.querySelectorAll(".criterion[data-weight]") ?? [])];
    if (!this.criteria.length) return;
    this.form.addEventListener("change", () => this.sum());
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
      const top = Math.max(...levels.map((one) => Number(one.value) || 0));
      points += (weight * Number(chosen.value)) / top;
      weights += weight;
    }
    const all = this.criteria.length;
    const word = this.dataset.words.split("|");
    const most = this.querySelector("[data-most-words]");
    most.textContent = fill(most.dataset.mostWords, { most: weights });
    this.querySelector("[data-figure]").textContent = scored ? points.toFixed(1) : "–";
    this.querySelector("[data-said]").textContent = fill(scored === all ? this.dataset.complete : this.dataset.soFar, {
      scored: word[scored] ?? scored,
      all: word[all] ?? all,
    });
  }
}

customElements.define("score-total", ScoreTotal);
