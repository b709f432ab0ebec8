/** A plot of time against size as SVG, both axes logarithmic: linear growth is a line of slope one. */

const [width, height, margin] = [640, 400, 56];
const colors = [
  '#1f6feb',
  '#cf222e',
  '#1a7f37',
  '#9a6700',
  '#8250df',
  '#57606a',
  '#bc4c00',
  '#116329',
];

const decades = (low, high) => {
  const ticks = [];
  for (let power = Math.floor(Math.log10(low)); 10 ** power <= high * 1.001; power++)
    ticks.push(10 ** power);
  return ticks;
};

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/**
 * @param {string} title
 * @param {Record<string, readonly (readonly [size: number, seconds: number])[]>} lines by name
 */
export function plot(title, lines) {
  const points = Object.values(lines).flat();
  const sizes = points.map(([size]) => size);
  const times = points.map(([, seconds]) => seconds);
  const [left, right] = [Math.min(...sizes), Math.max(...sizes)];
  const [low, high] = [10 ** Math.floor(Math.log10(Math.min(...times))), Math.max(...times) * 1.2];
  const span = (value, from, to) => Math.log(value / from) / Math.log(to / from);
  const x = (size) => margin + span(size, left, right) * (width - margin - 190);
  const y = (seconds) => height - margin - span(seconds, low, high) * (height - 2 * margin);
  const text = (at, top, content, anchor = 'start', color = '#57606a') =>
    `<text x="${at.toFixed(1)}" y="${top.toFixed(1)}" text-anchor="${anchor}" fill="${color}">${escaped(content)}</text>`;
  const grid = decades(low, high).flatMap((tick) => [
    `<path d="M${margin} ${y(tick).toFixed(1)}H${x(right).toFixed(1)}" stroke="#d0d7de"/>`,
    text(margin - 6, y(tick) + 4, `${tick >= 1 ? tick : Number(tick.toPrecision(1))} s`, 'end'),
  ]);
  const columns = [...new Set(sizes)].flatMap((size) => [
    `<path d="M${x(size).toFixed(1)} ${margin}V${height - margin}" stroke="#d0d7de"/>`,
    text(x(size), height - margin + 18, size.toLocaleString('en'), 'middle'),
  ]);
  const drawn = Object.entries(lines).flatMap(([name, line], index) => {
    const color = colors[index % colors.length];
    const way = line.map(([size, seconds]) => `${x(size).toFixed(1)},${y(seconds).toFixed(1)}`);
    return [
      `<polyline points="${way.join(' ')}" fill="none" stroke="${color}" stroke-width="2"/>`,
      text(x(right) + 12, margin + 12 + 18 * index, name, 'start', color),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    '<rect width="100%" height="100%" fill="white"/>',
    text(margin, 28, title, 'start', '#1f2328'),
    ...grid,
    ...columns,
    ...drawn,
    text(margin, height - 14, 'Services'),
    '</svg>',
    '',
  ].join('\n');
}
