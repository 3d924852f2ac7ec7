// <word-count for="id" max="250">: how many words a text has, in any script; over the limit is said at a pause. Counts as
// `count_words` in portal/questions/rules.py does: where a script writes no spaces, letters stand for words. With data-unit="characters" it
// counts those, as `count_characters` there.
import { fill, say } from "./say.js";

const SPACELESS = [
  [/[\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303b\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\u{20000}-\u{3ffff}]+/gu, 2],
  [/[\u0e01-\u0e4e\u0e81-\u0ece\u1000-\u103f\u1050-\u109f\u1780-\u17d3\u19e0-\u19ff\u1a20-\u1aad\uaa60-\uaa7f]+/gu, 4],
];
const PARTS = /[\s\u200b\u2014\u2015\u2e3a\u2e3b\u1361-\u1368\u0589\u060c\u061b\u061f\u06d4\u3000-\u3004\u3008-\u3020\u302a-\u3030\u303d-\u303f\u30fb\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\u2026]+|--+/u;
const LETTER = /[\p{L}\p{N}]/u;

export function countWords(text) {
  let words = 0;
  for (const piece of text.split(PARTS)) {
    let rest = piece;
    for (const [script, letters] of SPACELESS) {
      rest = rest.replace(script, (run) => {
        words += Math.ceil([...run].filter((one) => !/\p{M}/u.test(one)).length / letters);
        return " ";
      });
    }
    words += rest.split(/\s+/u).filter((part) => LETTER.test(part)).length;
  }
  return words;
}

export function countCharacters(text) {
  return [...text.trim().normalize("NFC")].filter((one) => !/[\p{Mn}\p{Me}\p{Cf}]/u.test(one)).length;
}

// As `figures` in portal/web/text.py: thousands are parted from ten thousand on.
function figures(number) {
  return number < 10_000 ? String(number) : number.toLocaleString(document.documentElement.lang);
}

class WordCount extends HTMLElement {
  connectedCallback() {
    this.field = document.getElementById(this.getAttribute("for"));
    if (!this.field) return;
    this.field.addEventListener("input", () => this.count());
    this.count();
  }

  count() {
    const most = Number(this.getAttribute("max"));
    const count = (this.dataset.unit === "characters" ? countCharacters : countWords)(this.field.value);
    const over = count - most;
    const facts = Object.fromEntries(Object.entries({ count, most, over }).map(([name, number]) => [name, figures(number)]));
    const sentence = fill(over > 0 ? this.dataset.over : this.dataset.words, facts);
    this.textContent = sentence;
    this.classList.toggle("over-limit", over > 0);
    if (over > 0 && this.over !== over) say(sentence, 1500);
    this.over = over;
  }
}

customElements.define("word-count", WordCount);
