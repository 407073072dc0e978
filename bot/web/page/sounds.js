// A light preview of what is drawn: higher sounds higher, in the key. Loaded with the first stroke.

const LOWEST = 36, ROWS = 48, PAUSE = 0.045, SOUNDS = 0.35;
const SCALES = { major: [0, 2, 4, 5, 7, 9, 11], minor: [0, 2, 3, 5, 7, 8, 10] };
const PLACES = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 };

let context = null, last = { pitch: null, at: 0 };

// The nearest pitch of the key at or below a height, 0 to 1.
export function pitch(height, key) {
  const [, letter, accidental, mode] = /^([A-G])([#b]?) (major|minor)$/.exec(key) ?? [null, "C", "", "major"];
  const tonic = PLACES[letter] + { "#": 1, b: -1, "": 0 }[accidental];
  const wanted = LOWEST + Math.round(Math.min(Math.max(height, 0), 1) * (ROWS - 1));
  for (let at = wanted; ; at--) if (SCALES[mode].includes((((at - tonic) % 12) + 12) % 12)) return at;
}

// Browsers let nothing sound before somebody has pressed something.
export function wake() {
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume();
}

export function sound({ height, pressure }, key) {
  wake();
  const now = context.currentTime, at = pitch(height, key);
  if (context.state !== "running" || (at === last.pitch && now - last.at < SOUNDS) || now - last.at < PAUSE) return;
  last = { pitch: at, at: now };
  const tone = context.createOscillator(), volume = context.createGain();
  tone.type = "triangle";
  tone.frequency.value = 440 * 2 ** ((at - 69) / 12);
  volume.gain.setValueAtTime(0, now);
  volume.gain.linearRampToValueAtTime(0.05 + 0.05 * pressure, now + 0.008);
  volume.gain.exponentialRampToValueAtTime(0.0005, now + SOUNDS);
  tone.connect(volume).connect(context.destination);
  tone.start(now);
  tone.stop(now + SOUNDS);
}
