// The page without a network: what it is made of is kept, a version of the server at a time.
// The server writes the version and the names in place of these.

const VERSION = "0", FILES = ["/"];
const KEPT = `page ${VERSION}`, SAID = "choices";

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(FILES.map((one) => new Request(one, { cache: "reload" })))));
});

addEventListener("activate", (event) => {
  const old = async () => { for (const name of await caches.keys()) if (name !== KEPT && name !== SAID) await caches.delete(name); };
  event.waitUntil(old().then(() => clients.claim()));
});

addEventListener("fetch", (event) => {
  const { request } = event, { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  // The page and its files are of one version; a newer one comes with the next visit.
  if (request.mode === "navigate" && (pathname === "/" || pathname.startsWith("/m/"))) event.respondWith(kept(new Request("/"), request));
  else if (pathname.startsWith("/page/")) event.respondWith(kept(request, request));
  else if (pathname === "/choices") event.respondWith(fresh(request));
});

async function kept(name, request) {
  return (await (await caches.open(KEPT)).match(name, { ignoreSearch: true })) ?? fetch(request);
}

// What the server offers, or what it offered last.
async function fresh(request) {
  const cache = await caches.open(SAID);
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(request, answer.clone());
    return answer;
  } catch (error) {
    const last = await cache.match(request) ?? await cache.match(request, { ignoreSearch: true });
    if (last) return last;
    throw error;
  }
}
