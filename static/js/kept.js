// Words typed but not yet saved, kept on this device field by field until the server has them.
const MARK = "kept:";
const SENT = "kept-sent";
const LONGEST = 14 * 24 * 60 * 60 * 1000;

function store(act) {
  try {
    return act(localStorage, sessionStorage);
  } catch {
    return undefined; // storage is refused or full: the page goes on without it
  }
}

function key(url, field) {
  return `${MARK}${url} ${field}`;
}

export function keep(url, field, words, version, seen) {
  store((local) => local.setItem(key(url, field), JSON.stringify({ words, version, seen, at: Date.now() })));
}

export function kept(url, field) {
  return store((local) => JSON.parse(local.getItem(key(url, field)))) ?? null;
}

export function forget(url, field, words) {
  if (words === undefined || kept(url, field)?.words === words) store((local) => local.removeItem(key(url, field)));
}

// The form is on its way by its own button: what was kept for it goes once the next page shows that it arrived.
export function sent(url) {
  store((local, session) => session.setItem(SENT, url));
}

export function tidy() {
  store((local, session) => {
    const url = session.getItem(SENT);
    const status = performance.getEntriesByType("navigation")[0]?.responseStatus;
    session.removeItem(SENT);
    const arrived = url && status === 200 && !document.querySelector(".error-summary");
    for (const name of Object.keys(local).filter((one) => one.startsWith(MARK))) {
      const old = Date.now() - JSON.parse(local.getItem(name)).at > LONGEST;
      if (old || (arrived && name.startsWith(`${MARK}${url} `))) local.removeItem(name);
    }
  });
}
