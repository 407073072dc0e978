// The HTTP API: what the server says, or an error whose message is fit to show.

const TRIES = 12;

export const language = localStorage.getItem("language") || navigator.language || "en";

// Nothing was heard of the server, or of a proxy that did not find it: it may be there again soon.
export class LostError extends Error {}

// What the server refuses, in its own words.
export class RefusedError extends Error {
  constructor(message, status) { super(message); this.status = status; }
}

export async function call(method, path, body, key) {
  const headers = { "Accept-Language": language };
  if (body) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  let answer, said;
  try {
    answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
    said = await answer.json();
  } catch (error) {
    throw answer && answer.status < 500 ? new RefusedError(answer.statusText, answer.status) : new LostError(error.message);
  }
  if (answer.ok) return said;
  throw answer.status > 500 ? new LostError(said.message) : new RefusedError(said.message, answer.status);
}

export const base64 = (blob) => new Promise((done, failed) => {
  const reader = new FileReader();
  reader.onload = () => done(reader.result.slice(reader.result.indexOf(",") + 1));
  reader.onerror = () => failed(reader.error);
  reader.readAsDataURL(blob);
});

// Tells of a drawing until it has ended. lost: the connection is, and is tried again; adrift: no more.
export function follow(id, told, lost, adrift) {
  let source = null, timer = null, over = false, tries = 0;
  const connect = () => {
    source = new EventSource(`/draws/${id}/events?lang=${encodeURIComponent(language)}`);
    source.onmessage = (event) => {
      const view = JSON.parse(event.data);
      tries = 0;
      if (["done", "failed", "cancelled"].includes(view.state)) stop();
      told(view);
    };
    // The browser's own tries have no end, so ours take their place.
    source.onerror = () => { if (!over) again(); };
  };
  const again = () => {
    source.close();
    if (tries === TRIES) { stop(); adrift(); return; }
    lost();
    timer = setTimeout(look, Math.min(500 * 2 ** tries++, 10_000));
  };
  const look = async () => {
    try {
      await call("GET", `/draws/${id}`);
      if (!over) connect();
    } catch (error) {
      if (over) return;
      if (error instanceof LostError) again();
      else { stop(); told({ id, state: "failed", text: error.message, gone: error.status === 404 }); }
    }
  };
  const stop = () => { over = true; source.close(); clearTimeout(timer); };
  connect();
  return stop;
}
