// The colours of notes as in the picture of the roll: lightness tells loudness, hue the chord.
// What is computed here is what mididraw/render/palette.py computes; its palettes come with the choices.

const PLACES = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 };
const HUE = 263, PER_FIFTH = 10, MIDDLE = 2;

// The pitch class that a chord's or a key's name begins with.
function tonic(name) {
  const [, letter, accidental] = /^([A-G])([#b]?)/.exec(name) ?? [];
  return letter ? PLACES[letter] + { "#": 1, b: -1, "": 0 }[accidental] : null;
}

// A chord's place on the circle of fifths, -3 to 8, from the tonic of the major key.
export function fifths(key, chord) {
  const root = tonic(chord), home = tonic(key);
  if (root === null || home === null) return MIDDLE;
  const major = home + (key.endsWith("minor") ? 3 : 0);
  return ((((7 * (root - major) + 3) % 12) + 12) % 12) - 3;
}

export const css = ([red, green, blue], share = 1) => `rgb(${red} ${green} ${blue} / ${share})`;
export const mix = (first, second, share) => first.map((one, index) => Math.round(one + (second[index] - one) * share));

export function note(palette, velocity, place = MIDDLE) {
  const loudness = Math.min(Math.max((velocity - 40) / 72, 0), 1);
  return oklch(palette.soft + (palette.loud - palette.soft) * loudness, palette.chroma, HUE + PER_FIFTH * (place - MIDDLE));
}

// OKLab by lightness, chroma and hue, cut to sRGB: https://bottosson.github.io/posts/oklab/
function oklch(lightness, chroma, hue) {
  const a = chroma * Math.cos((hue * Math.PI) / 180), b = chroma * Math.sin((hue * Math.PI) / 180);
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    gamma(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
    gamma(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
    gamma(-0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short),
  ];
}

function gamma(linear) {
  const light = Math.min(Math.max(linear, 0), 1);
  return Math.round(255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055));
}
