// <proof-of-work data-url>: solves the server's small puzzle (ALTCHA's protocol) beside the page, and puts the answer into its hidden field.
// A form that is sent before it is solved goes without: nobody waits for it, and nobody is refused.
class ProofOfWork extends HTMLElement {
  async connectedCallback() {
    if (!globalThis.crypto?.subtle || !globalThis.Worker) return;
    try {
      const answer = await fetch(this.dataset.url, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const puzzle = await answer.json();
      this.worker = new Worker(new URL("./proof-worker.js", import.meta.url));
      this.worker.addEventListener("message", ({ data }) => {
        this.worker.terminate();
        if (data === null) return;
        const { algorithm, challenge, salt, signature } = puzzle;
        this.querySelector("input").value = btoa(JSON.stringify({ algorithm, challenge, number: data, salt, signature }));
        this.dataset.solved = "";
      });
      this.worker.postMessage(puzzle);
    } catch {
      // Without a connection there is no puzzle, and the form is sent as it is.
    }
  }

  disconnectedCallback() {
    this.worker?.terminate();
  }
}

customElements.define("proof-of-work", ProofOfWork);
