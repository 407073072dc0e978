// What can be chosen from and all texts, in the page's language.

import { call, language } from "./api.js";

export const $ = (id) => document.getElementById(id);
export const choices = await call("GET", `/choices?lang=${encodeURIComponent(language)}`);
export const texts = choices.texts;

export const press = (button, on) => button.setAttribute("aria-pressed", String(on));
export const clock = (time) => `${Math.floor(time / 60)}:${String(Math.floor(time % 60)).padStart(2, "0")}`;
export const moment = (seconds) => new Date(1000 * seconds).toLocaleString(choices.language, { dateStyle: "medium", timeStyle: "short" });

export function button(label, does, { icon, className = "" } = {}) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = className;
  if (icon) {
    made.innerHTML = `<svg><use href="#i-${icon}"/></svg>`;
    made.title = label;
    made.setAttribute("aria-label", label);
  } else made.textContent = label;
  made.onclick = does;
  return made;
}

export function write() {
  document.documentElement.lang = choices.language;
  for (const one of document.querySelectorAll("[data-t]")) one.textContent = texts[one.dataset.t];
  for (const one of document.querySelectorAll("[data-p]")) one.placeholder = texts[one.dataset.p];
  for (const one of document.querySelectorAll("[data-a]")) one.alt = texts[one.dataset.a];
  for (const one of document.querySelectorAll("[data-l]")) {
    one.setAttribute("aria-label", texts[one.dataset.l]);
    if (one.tagName === "BUTTON" || one.tagName === "INPUT") one.title = keyed(texts[one.dataset.l], one.dataset.k);
    if (one.dataset.k) one.setAttribute("aria-keyshortcuts", one.dataset.k);
  }
  for (const [id, all] of [["instrument", choices.instruments], ["style", choices.styles], ["arrangement", choices.arrangements], ["engine", choices.engines], ["key", choices.keys]]) {
    for (const one of all) $(id).add(new Option(one.label, one.value));
  }
}

const keyed = (text, keys) => (keys ? `${text} (${keys.replace("Control", "Ctrl").replace("Space", "␣").replace("Delete", "Del")})` : text);
