// Messages that lie over the page and move nothing: troubles stay until they are closed or another
// comes, news goes by itself.

const NEWS_LASTS = 6000;
const toast = document.getElementById("toast");
let timer = null;

export function say(text) {
  clearTimeout(timer);
  toast.querySelector("p").textContent = text;
  toast.hidden = false;
}

export function tellNews(text) {
  say(text);
  timer = setTimeout(hush, NEWS_LASTS);
}

export function hush() { toast.hidden = true; }
toast.querySelector("button").onclick = hush;
