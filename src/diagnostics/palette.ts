/** Colours for one stream. */
export interface Palette {
  readonly bold: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly blue: (text: string) => string;
  readonly cyan: (text: string) => string;
}

const unchanged = (text: string) => text;

/** @param code the characters that switch to a graphic rendition of a terminal, by its number */
export function paletteOf(code: (rendition: number) => string): Palette {
  const between = (start: number, end: number) => (text: string) =>
    text === '' ? '' : `${code(start)}${text}${code(end)}`;
  return {
    bold: between(1, 22),
    red: between(31, 39),
    green: between(32, 39),
    yellow: between(33, 39),
    blue: between(34, 39),
    cyan: between(36, 39),
  };
}

/** As terminals understand it. */
export const colorPalette: Palette = paletteOf((rendition) => `\u001b[${rendition}m`);

/** For a stream without colour: every function returns its text unchanged. */
export const plainPalette: Palette = {
  bold: unchanged,
  red: unchanged,
  green: unchanged,
  yellow: unchanged,
  blue: unchanged,
  cyan: unchanged,
};
