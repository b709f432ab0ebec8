/** What a terminal shows, as a picture: colours by the numbers of their escapes. */

const colours: Readonly<Record<string, string>> = {
  '31': '#ff7b72',
  '32': '#7ee787',
  '33': '#e3b341',
  '34': '#79c0ff',
  '36': '#56d4dd',
};

const lineHeight = 18;
const columnWidth = 8.4;
const margin = 16;

/** @param text with escapes for colours and bold, and no others */
export function terminalSvg(text: string): string {
  const lines = text.trimEnd().split('\n');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escapes are what is looked for
  const bare = (line: string) => line.replace(/\u001b\[\d+m/g, '');
  const columns = Math.max(...lines.map((line) => bare(line).length));
  const width = Math.ceil(columns * columnWidth + 2 * margin);
  const height = lines.length * lineHeight + 2 * margin;
  const rows = lines.map(
    (line, index) =>
      `<text x="${margin}" y="${margin + 13 + index * lineHeight}" xml:space="preserve">${spans(line)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" fill="#e6edf3">`,
    `<rect width="100%" height="100%" rx="8" fill="#0d1117"/>`,
    ...rows,
    '</svg>',
    '',
  ].join('\n');
}

function spans(line: string): string {
  let colour: string | undefined;
  let isBold = false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escapes are what is looked for
  const parts = line.split(/\u001b\[(\d+)m/);
  return parts
    .map((part, index) => {
      if (index % 2 === 1) {
        if (part === '1') isBold = true;
        else if (part === '22') isBold = false;
        else colour = colours[part];
        return '';
      }
      if (part === '') return '';
      const style = `${colour === undefined ? '' : ` fill="${colour}"`}${isBold ? ' font-weight="bold"' : ''}`;
      return `<tspan${style}>${escaped(part)}</tspan>`;
    })
    .join('');
}

const escaped = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
