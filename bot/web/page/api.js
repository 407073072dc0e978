// The HTTP API: what the server says, or an error whose message is fit to show.

export const language = localStorage.getItem("language") || navigator.language || "en";

export async function call(method, path, body, key) {
  const headers = { "Accept-Language": language };
  if (body) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  const said = await answer.json().catch(() => ({ message: answer.statusText }));
  if (!answer.ok) throw new Error(said.message);
  return said;
}

export const base64 = (blob) => new Promise((done, failed) => {
  const reader = new FileReader();
  reader.onload = () => done(reader.result.slice(reader.result.indexOf(",") + 1));
  reader.onerror = () => failed(reader.error);
  reader.readAsDataURL(blob);
});

// Tells of a drawing until it has ended; the browser connects again by itself, and if it does not, we do.
export function follow(id, told, lost) {
  let source = null, timer = null, over = false;
  const connect = () => {
    source = new EventSource(`/draws/${id}/events?lang=${encodeURIComponent(language)}`);
    source.onmessage = (event) => {
      const view = JSON.parse(event.data);
      if (["done", "failed", "cancelled"].includes(view.state)) stop();
      told(view);
    };
    source.onerror = () => {
      if (over) return;
      lost();
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(look, 1000);
    };
  };
  const look = async () => {
    try {
      await call("GET", `/draws/${id}`);
      connect();
    } catch (error) {
      if (error instanceof TypeError) timer = setTimeout(look, 1000);
      else { stop(); told({ id, state: "failed", text: error.message }); }
    }
  };
  const stop = () => { over = true; source?.close(); clearTimeout(timer); };
  connect();
  return stop;
}
