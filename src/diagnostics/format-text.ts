import type { Severity } from './diagnostic.ts';
import { makeFrame } from './frame.ts';
import { formatPath, objectName } from './object-name.ts';
import type { Palette } from './palette.ts';
import { cut, printable } from './printable.ts';
import {
  type DiagnosticsReport,
  type LocatedPlace,
  placeName,
  type ReportEntry,
} from './report.ts';

/** What Linux takes as a path. */
const longestPath = 4096;
/** Of an option and its value, in characters. */
const longestOption = 300;

export interface TextOptions {
  readonly palette: Palette;
  /** Frames are at most this wide. */
  readonly width: number;
}

/**
 * Diagnostics for people, in rustc's layout under a first line that editors and nft users know:
 *
 *     web.yaml:14:11: error[NATC2003]: port must be ...
 *        |
 *     14 |   - port: "80"
 *        |           ^^^^ a string, because of the quotes
 *        = help: write it without quotes
 *        = object: Service shop/web, spec.ports[0].port
 */
export function formatText(report: DiagnosticsReport, options: TextOptions): string {
  const blocks = report.entries.map((entry) => formatEntry(entry, options));
  if (report.leftOut > 0) blocks.push(`... and ${report.leftOut} more\n`);
  return blocks.join('\n');
}

function formatEntry({ diagnostic, places, alike }: ReportEntry, options: TextOptions): string {
  const { palette } = options;
  const color = severityColor(diagnostic.severity, palette);
  const label = color(palette.bold(`${diagnostic.severity}[${diagnostic.code}]`));
  const [primary, ...others] = places;
  const gutter = Math.max(1, ...places.map(({ location }) => String(location?.line ?? 0).length));
  const lines = [
    `${palette.bold(position(primary))}: ${label}: ${palette.bold(printable(diagnostic.message))}`,
    ...frameLines(primary, '^', color, gutter, options),
  ];
  const bar = (sign: string) => `${' '.repeat(gutter)} ${palette.blue(sign)}`;
  for (const other of others) {
    lines.push(`${bar(':::')} ${position(other)}`);
    lines.push(...frameLines(other, '-', palette.blue, gutter, options));
  }
  const help = diagnostic.hint === undefined ? [] : [remark('help', diagnostic.hint, palette)];
  for (const text of new Set([...help, ...places.flatMap((place) => placeRemarks(place, palette))]))
    lines.push(`${bar('=')} ${text}`);
  if (alike.length > 0) lines.push(`${bar('=')} ${palette.bold('the same of:')}`);
  for (const other of alike.slice(0, mostAlike))
    lines.push(`${bar(':::')} ${position(other)} ${subjectOf(other)}`.trimEnd());
  if (alike.length > mostAlike)
    lines.push(`${bar(':::')} ... and ${alike.length - mostAlike} more`);
  return `${lines.join('\n')}\n`;
}

/** How many more a finding lists. */
const mostAlike = 20;

const subjectOf = ({ place }: LocatedPlace): string =>
  place.kind === 'field' ? printable(objectName(place.object)) : '';

function position({ place, location }: Partial<LocatedPlace> = {}): string {
  const name = printable(cut(placeName(place), longestPath));
  return location === undefined ? name : `${name}:${location.line}:${location.column}`;
}

function frameLines(
  { place, location }: Partial<LocatedPlace> = {},
  mark: string,
  color: (text: string) => string,
  gutter: number,
  { palette, width }: TextOptions,
): string[] {
  if (location === undefined) return [];
  const room = Math.max(20, width - gutter - 3);
  const frame = makeFrame(location, room, mark);
  const note = place !== undefined && 'note' in place ? (place.note ?? '') : '';
  const bar = palette.blue('|');
  const empty = `${' '.repeat(gutter)} ${bar}`;
  const number = palette.blue(String(location.line).padStart(gutter));
  return [
    empty,
    `${number} ${bar} ${frame.text}`,
    `${empty} ${color(`${frame.marks}${note === '' ? '' : ` ${printable(note)}`}`)}`,
  ];
}

const remark = (title: string, text: string, palette: Palette): string =>
  `${palette.bold(`${title}:`)} ${printable(text)}`;

function placeRemarks({ place }: LocatedPlace, palette: Palette): readonly string[] {
  switch (place.kind) {
    case 'field': {
      const parts = [objectName(place.object), formatPath(place.path)].filter(
        (part) => part !== '',
      );
      return parts.length === 0 ? [] : [remark('object', parts.join(', '), palette)];
    }
    case 'option':
      return [
        remark('option', cut(`${place.option} ${place.value}`.trim(), longestOption), palette),
      ];
    case 'span':
    case 'file':
      return [];
  }
}

function severityColor(severity: Severity, palette: Palette): (text: string) => string {
  switch (severity) {
    case 'error':
      return palette.red;
    case 'warning':
      return palette.yellow;
    case 'note':
      return palette.cyan;
  }
}
