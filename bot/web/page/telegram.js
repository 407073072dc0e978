// The page within Telegram: its colours, its edges, its downloads and a tap in the hand.
// Telegram's own script comes from another host, which the page's policy forbids; these are its events:
// https://core.telegram.org/api/web-events

const KEPT = "telegram";
const given = new URLSearchParams(location.hash.slice(1));
// A reload within Telegram comes without the fragment.
if (given.has("tgWebAppVersion")) sessionStorage.setItem(KEPT, location.hash.slice(1));
const opened = new URLSearchParams(sessionStorage.getItem(KEPT) || "");

export const inside = opened.has("tgWebAppVersion");
export const data = given.get("tgWebAppData") || "";

const COLOURS = {
  bg_color: "--ground", section_bg_color: "--card", text_color: "--text", hint_color: "--dim",
  section_separator_color: "--line", button_color: "--accent", button_text_color: "--on-accent", secondary_bg_color: "--soft",
};
const root = document.documentElement;

function tell(type, data = {}) {
  if (!inside) return;
  const said = JSON.stringify(data);
  if (window.TelegramWebviewProxy) window.TelegramWebviewProxy.postEvent(type, said);
  else if (window.external && "notify" in window.external) window.external.notify(JSON.stringify({ eventType: type, eventData: data }));
  else if (parent !== window) parent.postMessage(JSON.stringify({ eventType: type, eventData: data }), "https://web.telegram.org");
}

function heard(type, data) {
  if (type === "theme_changed") colour(data.theme_params);
  if (type === "safe_area_changed") edges("--safe", data);
  if (type === "content_safe_area_changed") edges("--content", data);
}

function colour(theme = {}) {
  for (const [name, variable] of Object.entries(COLOURS)) {
    if (/^#[0-9a-f]{6}$/i.test(theme[name] ?? "")) root.style.setProperty(variable, theme[name]);
  }
  if (theme.bg_color) root.style.colorScheme = light(theme.bg_color) ? "light" : "dark";
}

function light(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return 0.3 * red + 0.6 * green + 0.1 * blue > 127;
}

function edges(name, area) {
  for (const side of ["top", "bottom", "left", "right"]) root.style.setProperty(`${name}-${side}`, `${Number(area?.[side]) || 0}px`);
}

// A tap in the hand: an impact when something begins, a notification when it ends.
export const touched = (kind, style) => tell("web_app_trigger_haptic_feedback", kind === "impact" ? { type: kind, impact_style: style } : { type: kind, notification_type: style });

// Telegram's own download, as its web views know none; whether it takes it.
export function download(link, name) {
  if (!inside || Number(opened.get("tgWebAppVersion").split(".")[0]) < 8) return false;
  const url = new URL(link, location.href);
  url.searchParams.set("download", "true");
  tell("web_app_request_file_download", { url: url.href, file_name: name });
  return true;
}

if (inside) {
  try { colour(JSON.parse(opened.get("tgWebAppThemeParams") || "{}")); } catch { /* then the page has its own colours */ }
  window.Telegram = { WebView: { receiveEvent: heard } };
  addEventListener("message", (event) => {
    if (event.origin !== "https://web.telegram.org" || typeof event.data !== "string") return;
    try { const { eventType, eventData } = JSON.parse(event.data); heard(eventType, eventData); } catch { /* none of ours */ }
  });
  tell("web_app_ready");
  tell("web_app_expand");
  // Strokes that go down must not close the page.
  tell("web_app_setup_swipe_behavior", { allow_vertical_swipe: false });
  tell("web_app_request_theme");
  tell("web_app_request_safe_area");
  tell("web_app_request_content_safe_area");
}
