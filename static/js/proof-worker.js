// Tries numbers until one, after the salt, has the digest that the puzzle names. Posts it, or null where none has.
const encoder = new TextEncoder();

async function digest(words) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(words)));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

self.addEventListener("message", async ({ data: { challenge, salt, maxnumber } }) => {
  for (let number = 0; number <= maxnumber; number += 1) {
    if ((await digest(`${salt}${number}`)) === challenge) {
      self.postMessage(number);
      return;
    }
  }
  self.postMessage(null);
});
