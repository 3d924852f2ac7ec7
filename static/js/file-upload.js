// Sends a file in parts, shows how far it is, and goes on where a lost network left it. Without it the form sends the file whole.
import { fill, say } from "./say.js";

const PART = 512 * 1024;
const LONGEST_WAIT = 30000;

class FileUpload extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.field = this.querySelector("input[type=file]");
    this.bar = this.querySelector(".upload-progress");
    this.form.addEventListener("submit", (event) => {
      if (!this.field.files.length) return;
      event.preventDefault();
      this.send(this.field.files[0]);
    });
    this.field.addEventListener("change", () => this.field.files.length && this.send(this.field.files[0]));
  }

  async send(file) {
    if (this.busy) return;
    this.busy = true;
    this.wrong("");
    try {
      const mark = `${file.name}:${file.size}:${file.lastModified}`.slice(-64);
      const facts = new FormData();
      for (const [name, value] of Object.entries({ name: file.name, size: file.size, mark })) facts.set(name, value);
      let said = await this.ask("begin", { body: facts });
      const { id } = said;
      while (!said.url) {
        this.show(said.received, file.size);
        const body = file.slice(said.received, said.received + PART);
        const headers = { "X-Upload-Id": id, "X-Upload-Offset": String(said.received), "Content-Type": "application/octet-stream" };
        said = await this.ask("part", { body, headers });
      }
      this.show(file.size, file.size);
      say(this.dataset.done);
      const next = new URL(said.url, location.href);
      if (next.pathname === location.pathname) location.reload();
      else location.assign(next);
    } catch (refusal) {
      this.wrong(refusal.message || this.dataset.broken);
    } finally {
      this.busy = false;
    }
  }

  // Asks until there is an answer: a lost connection is waited for, and the server says where the file stands.
  async ask(how, { body, headers = {} }) {
    for (let tries = 0; ; tries += 1) {
      let answer;
      try {
        const token = this.form.elements.csrf_token.value;
        answer = await fetch(this.dataset.url, { method: "POST", body, headers: { ...headers, "X-Upload": how, "X-CSRFToken": token }, redirect: "error" });
      } catch {
        answer = null;
      }
      if (answer && (answer.ok || answer.status === 409)) return answer.json();
      if (answer?.status === 422) throw new Error((await answer.json()).error);
      if (answer && answer.status < 500) throw new Error(this.dataset.broken);
      this.words(this.dataset.waiting);
      await this.pause(Math.min(LONGEST_WAIT, 1000 * 2 ** tries));
    }
  }

  pause(wait) {
    return new Promise((go) => {
      const timer = setTimeout(go, wait);
      addEventListener("online", () => (clearTimeout(timer), go()), { once: true });
    });
  }

  show(done, all) {
    this.bar.hidden = false;
    this.bar.querySelector("progress").value = (100 * done) / all;
    this.words(fill(this.dataset.sending, { done: this.size(done), all: this.size(all) }));
  }

  size(bytes) {
    return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
  }

  words(sentence) {
    this.bar.querySelector("[data-words]").textContent = sentence;
  }

  wrong(sentence) {
    const field = this.querySelector(".field");
    field.querySelector(".error")?.remove();
    field.classList.toggle("wrong", Boolean(sentence));
    if (!sentence) return;
    this.bar.hidden = true;
    this.words("");
    this.field.value = "";
    this.field.before(Object.assign(document.createElement("p"), { className: "error", textContent: sentence }));
    say(sentence);
  }
}

customElements.define("file-upload", FileUpload);
