// Messages that lie over the page and move nothing: troubles stay until they are closed, another
// comes, or somebody who has had time to read them goes on; news goes by itself.

const NEWS_LASTS = 6000, READ_WITHIN = 1500;
const toast = document.getElementById("toast");
let timer = null, since = 0;

export function say(text) {
  clearTimeout(timer);
  since = performance.now();
  toast.querySelector("p").textContent = text;
  toast.hidden = false;
}

export function tellNews(text) {
  say(text);
  timer = setTimeout(hush, NEWS_LASTS);
}

export function hush() { toast.hidden = true; }
toast.querySelector("button").onclick = hush;
addEventListener("pointerdown", (event) => { if (!toast.contains(event.target) && performance.now() - since > READ_WITHIN) hush(); });
