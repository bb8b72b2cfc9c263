// Where the reader is: the URL's hash carries it, so that a reload keeps the place and a link can be shared.

const KEYS = ["as", "channel", "thread", "message", "tab"];

/** The place in the address bar: {as, channel, thread, message, tab}, each text or null. */
export function readPlace() {
  const values = new URLSearchParams(location.hash.slice(1));
  return Object.fromEntries(KEYS.map((key) => [key, values.get(key)]));
}

/** Goes somewhere: what is not named stays, null takes away. The `hashchange` event does the rest. */
export function goTo(changes, { replace = false } = {}) {
  const place = { ...readPlace(), ...changes };
  const values = new URLSearchParams();
  for (const key of KEYS) if (place[key]) values.set(key, place[key]);
  const hash = `#${values}`;
  if (hash === location.hash) return;
  if (replace) {
    history.replaceState(null, "", hash);
    dispatchEvent(new HashChangeEvent("hashchange"));
  } else location.hash = hash;
}
