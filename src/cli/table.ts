import { printable } from '../diagnostics/printable.ts';

/** Columns padded to the widest cell and set apart by three blanks, as kubectl prints tables. */
export const formatTable = (rows: readonly (readonly string[])[]): string =>
  joinColumns(
    rows.map((row) => row.map((cell) => printable(cell))),
    3,
  );

function joinColumns(rows: readonly (readonly string[])[], gap: number): string {
  const widths = widthsOf(rows);
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join(' '.repeat(gap))
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

function widthsOf(rows: readonly (readonly string[])[]): readonly number[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  return widths;
}

/** A row of a table: of each column the lines below one another. */
export type Row = readonly (readonly string[])[];

export interface TallTable {
  readonly heading: readonly string[];
  readonly rows: readonly Row[];
  /** In columns of the terminal; undefined: as wide as it is. */
  readonly width?: number | undefined;
}

/** Narrowest columns, and the narrowest last one, whose words are set below one another. */
const [narrowest, narrowestText] = [6, 24];

const indent = '    ';

/**
 * A table with rows of several lines. Where it is too wide, the lines of the last column, of words, are broken;
 * where there is no room for that either, they stand below their row, and other cells are cut, the longest
 * first, with a sign where they are. What cannot be made narrow enough is left to the terminal.
 */
export function formatTallTable({ heading, rows, width }: TallTable): string {
  const shown = rows.map((row) => row.map((lines) => lines.map((line) => printable(line))));
  const wide = [heading, ...shown.flatMap(linesOf)];
  const widths = widthsOf(wide);
  if (width === undefined || total(widths, 3) <= width) return joinColumns(wide, 3);
  const last = heading.length - 1;
  const tall = [heading.map((title) => title.split(' ')), ...shown];
  const beside = widthsOf(tall.flatMap(linesOf)).slice(0, last);
  const left = width - total(beside, 2) - 2;
  const withText = (row: Row, text: readonly string[]): Row => [...row.slice(0, last), text];
  if (left >= narrowestText)
    return joinColumns(
      tall.flatMap((row) => linesOf(withText(row, wrap(row[last] ?? [], left)))),
      2,
    );
  const fitted = shrink(beside, width);
  const lines = tall.map((row, index) => {
    const cells = row
      .slice(0, last)
      .map((cell, at) => cell.map((line) => cut(line, fitted[at] ?? 0)));
    const text = index === 0 ? [] : wrap(row[last] ?? [], width - indent.length);
    return { cells: linesOf(cells), below: text.map((line) => `${indent}${line}\n`).join('') };
  });
  // Padded together, and then taken apart again.
  const joined = joinColumns(
    lines.flatMap(({ cells }) => cells),
    2,
  ).split('\n');
  let from = 0;
  return lines
    .map(({ cells, below }) => {
      const own = joined.slice(from, from + cells.length);
      from += cells.length;
      return `${own.join('\n')}\n${below}`;
    })
    .join('');
}

const total = (widths: readonly number[], gap: number): number =>
  widths.reduce((sum, width) => sum + width, 0) + gap * (widths.length - 1);

/** Takes from the widest until all fit, as far as they may shrink. */
function shrink(widths: readonly number[], room: number): readonly number[] {
  const fitted = [...widths];
  while (total(fitted, 2) > room) {
    const widest = Math.max(...fitted);
    if (widest <= narrowest) break;
    fitted[fitted.indexOf(widest)] = widest - 1;
  }
  return fitted;
}

const cut = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;

/** Breaks between words; a word that is longer than a line has one of its own. */
function wrap(texts: readonly string[], width: number): readonly string[] {
  return texts.flatMap((text) => {
    const lines: string[] = [];
    for (const word of text.split(' ')) {
      const last = lines.at(-1);
      if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
      else lines[lines.length - 1] = `${last} ${word}`;
    }
    return lines;
  });
}

/** The lines of a row, short columns filled up with empty cells. */
function linesOf(row: Row): readonly (readonly string[])[] {
  const height = Math.max(1, ...row.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) => row.map((lines) => lines[line] ?? ''));
}
