// A drawing to begin with, for whoever wonders what to draw: hills, a sun and a bird.

const STROKES = [
  [[0.05, 0.82], [0.16, 0.62], [0.24, 0.5], [0.32, 0.6], [0.4, 0.74], [0.47, 0.6], [0.56, 0.38], [0.62, 0.3], [0.7, 0.42], [0.8, 0.64], [0.95, 0.84]],
  Array.from({ length: 25 }, (_, i) => [0.27 + 0.06 * Math.cos((i * Math.PI) / 12), 0.24 + 0.12 * Math.sin((i * Math.PI) / 12)]),
  [[0.76, 0.2], [0.79, 0.15], [0.82, 0.16], [0.84, 0.22], [0.86, 0.16], [0.89, 0.15], [0.92, 0.2]],
];

export function example([width, height]) {
  return STROKES.map((points) => ({ erase: false, width: 10, points: points.map(([x, y]) => [x * width, y * height, 1]) }));
}
