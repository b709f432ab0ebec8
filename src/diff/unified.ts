import type { Palette } from '../diagnostics/palette.ts';
import { printable } from '../diagnostics/printable.ts';
import { diffLines, type LineChange } from './line-diff.ts';

export interface UnifiedOptions {
  readonly names: { readonly before: string; readonly after: string };
  readonly palette: Palette;
  /** Lines shown around a change. */
  readonly context: number;
}

/** A unified diff of two texts, as `diff -u` and `patch` know it; '' when they are the same. */
export function unifiedDiff(before: string, after: string, options: UnifiedOptions): string {
  if (before === after) return '';
  const { names, palette, context } = options;
  const [a, b] = [toLines(before), toLines(after)];
  const lines = [
    palette.bold(`--- ${printable(names.before)}`),
    palette.bold(`+++ ${printable(names.after)}`),
  ];
  for (const hunk of hunksOf(diffLines(a, b), context)) pushHunk(hunk, a, b, options, lines);
  return lines.map((line) => `${line}\n`).join('');
}

/** The last line ends in a line break, as every text that natc renders. */
const toLines = (text: string): readonly string[] =>
  text === '' ? [] : text.replace(/\n$/, '').split('\n');

type Hunk = readonly LineChange[];

/** Changes whose contexts touch stand in one hunk. */
function hunksOf(changes: readonly LineChange[], context: number): readonly Hunk[] {
  const hunks: LineChange[][] = [];
  for (const change of changes) {
    const last = hunks.at(-1);
    const end = last?.at(-1)?.aEnd;
    if (last !== undefined && end !== undefined && change.aStart - end <= 2 * context)
      last.push(change);
    else hunks.push([change]);
  }
  return hunks;
}

function pushHunk(
  hunk: Hunk,
  a: readonly string[],
  b: readonly string[],
  { palette, context }: UnifiedOptions,
  lines: string[],
): void {
  const [first, last] = [hunk[0], hunk.at(-1)];
  if (first === undefined || last === undefined) return;
  const lead = Math.min(context, first.aStart);
  const tail = Math.min(context, a.length - last.aEnd);
  const range = (start: number, end: number): string =>
    `${end === start ? start : start + 1}${end - start === 1 ? '' : `,${end - start}`}`;
  const where = `@@ -${range(first.aStart - lead, last.aEnd + tail)} +${range(
    first.bStart - lead,
    last.bEnd + tail,
  )} @@`;
  lines.push(palette.cyan(`${where}${enclosing(a, first.aStart - lead)}`));
  let at = first.aStart - lead;
  for (const { aStart, aEnd, bStart, bEnd } of hunk) {
    for (; at < aStart; at++) lines.push(` ${a[at]}`);
    for (; at < aEnd; at++) lines.push(palette.red(`-${a[at]}`));
    for (let i = bStart; i < bEnd; i++) lines.push(palette.green(`+${b[i]}`));
  }
  for (; at < last.aEnd + tail; at++) lines.push(` ${a[at]}`);
}

/** How far to look back for the set, map or chain that a hunk lies in. */
const farthest = 5000;

/** ` map services {`: the line a reader needs to know where a hunk is. */
function enclosing(lines: readonly string[], before: number): string {
  for (let i = before - 1; i >= 0 && before - i < farthest; i--) {
    const line = lines[i] ?? '';
    if (/^(\t(map|set|chain)|table) /.test(line)) return ` ${line.trim()}`;
  }
  return '';
}
