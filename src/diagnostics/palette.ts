/** Colours for one stream. */
export interface Palette {
  readonly bold: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly blue: (text: string) => string;
  readonly cyan: (text: string) => string;
}

const sgr = (start: number, end: number) => (text: string) =>
  text === '' ? '' : `\u001b[${start}m${text}\u001b[${end}m`;

const unchanged = (text: string) => text;

export const colorPalette: Palette = {
  bold: sgr(1, 22),
  red: sgr(31, 39),
  green: sgr(32, 39),
  yellow: sgr(33, 39),
  blue: sgr(34, 39),
  cyan: sgr(36, 39),
};

/** For a stream without colour: every function returns its text unchanged. */
export const plainPalette: Palette = {
  bold: unchanged,
  red: unchanged,
  green: unchanged,
  yellow: unchanged,
  blue: unchanged,
  cyan: unchanged,
};
