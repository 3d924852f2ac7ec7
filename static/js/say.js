// One polite live region for the whole page, spoken only at pauses.
const region = document.createElement("div");
region.className = "sr-only";
region.setAttribute("role", "status");
document.body.append(region);

let waiting;

export function say(words, pause = 900) {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    region.textContent = words;
  }, pause);
}

export function fill(pattern, facts) {
  return pattern.replace(/%\((\w+)\)s/g, (whole, name) => facts[name] ?? whole);
}
