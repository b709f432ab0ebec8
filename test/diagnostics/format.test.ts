import { describe, expect, test } from 'vitest';
import type { Diagnostic, Severity } from '../../src/diagnostics/diagnostic.ts';
import { formatGithub } from '../../src/diagnostics/format-github.ts';
import { formatJson } from '../../src/diagnostics/format-json.ts';
import { formatSarif } from '../../src/diagnostics/format-sarif.ts';
import { formatText } from '../../src/diagnostics/format-text.ts';
import { colorPalette, plainPalette } from '../../src/diagnostics/palette.ts';
import { makeReport } from '../../src/diagnostics/report.ts';
import { formatSummary } from '../../src/diagnostics/summary.ts';
import { locate } from '../../src/read/locate.ts';

const source = { name: 'a:b,c%.yaml', text: 'one: 1\ntwo: 22\nthree: 333\n' };

const at = (start: number, end: number, note?: string) =>
  ({ kind: 'span', source, start, end, ...(note !== undefined && { note }) }) as const;

const diagnostic = (
  severity: Severity,
  message: string,
  places: Diagnostic['places'],
  hint?: string,
): Diagnostic => ({
  code: 'NATC2001',
  severity,
  message,
  places,
  ...(hint !== undefined && { hint }),
});

const report = (diagnostics: readonly Diagnostic[], limit = 50, least: Severity = 'note') =>
  makeReport(diagnostics, { locate, least, limit });

const text = (diagnostics: readonly Diagnostic[], width = 80) =>
  formatText(report(diagnostics), { palette: plainPalette, width });

describe('the report', () => {
  const many = [
    diagnostic('note', 'n', [at(0, 3)]),
    diagnostic('error', 'late', [at(15, 20)]),
    diagnostic('warning', 'w', [at(7, 10)]),
    diagnostic('error', 'early', [at(0, 3)]),
    diagnostic('error', 'early', [at(0, 3)]),
  ];

  test('is ordered by position and severity, without duplicates', () => {
    const messages = report(many).entries.map((entry) => entry.diagnostic.message);
    expect(messages).toEqual(['early', 'n', 'w', 'late']);
  });

  test('keeps errors when there is little room, and counts everything', () => {
    const { entries, leftOut, counts } = report(many, 2);
    expect(entries.map((entry) => entry.diagnostic.message)).toEqual(['early', 'late']);
    expect(leftOut).toBe(2);
    expect(counts).toEqual({ error: 2, warning: 1, note: 1 });
  });

  test('locates only what is printed', () => {
    let located = 0;
    const thousands = Array.from({ length: 5000 }, (_, i) =>
      diagnostic('error', `number ${i}`, [at(0, 3)]),
    );
    makeReport(thousands, {
      locate: (place) => {
        located += 1;
        return locate(place);
      },
      least: 'note',
      limit: 50,
    });
    expect(located).toBe(50);
  });

  test('leaves out what is less severe than asked for', () => {
    expect(report(many, 50, 'error').counts).toEqual({ error: 2, warning: 0, note: 0 });
  });

  test('the summary counts in words', () => {
    expect(formatSummary(report(many), { files: 3, objects: 1 })).toBe(
      '2 errors, 1 warning, 1 note in 3 files (1 object)',
    );
    expect(formatSummary(report([]), undefined)).toBe('no problems');
  });
});

describe('text', () => {
  test('shows several places, notes and a hint', () => {
    const shown = text([
      diagnostic('error', 'clash', [at(12, 14, 'again'), at(5, 6, 'first')], 'keep one'),
    ]);
    expect(shown).toBe(`a:b,c%.yaml:2:6: error[NATC2001]: clash
  |
2 | two: 22
  |      ^^ again
  ::: a:b,c%.yaml:1:6
  |
1 | one: 1
  |      - first
  = help: keep one
`);
  });

  test('says how many did not fit', () => {
    const two = [diagnostic('error', 'a', []), diagnostic('error', 'b', [])];
    expect(formatText(report(two, 1), { palette: plainPalette, width: 80 })).toMatch(
      /\n\.\.\. and 1 more\n$/,
    );
  });

  test.each([
    ['at its beginning', 0],
    ['in its middle', 50_000],
    ['at its end', 99_990],
  ])('cuts a long line around a span %s', (_, start) => {
    const long = {
      name: 'min.json',
      text: `${'x'.repeat(start)}HERE${'y'.repeat(99_996 - start)}`,
    };
    const place = { kind: 'span', source: long, start, end: start + 4 } as const;
    const lines = text([diagnostic('error', 'm', [place])]).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    const [, , line = '', marks = ''] = lines;
    expect(line.slice(marks.indexOf('^'), marks.lastIndexOf('^') + 1)).toBe('HERE');
  });

  test('a span that is longer than the frame is marked as far as it shows', () => {
    const long = { name: 'min.json', text: 'x'.repeat(1000) };
    const place = { kind: 'span', source: long, start: 10, end: 900 } as const;
    const lines = text([diagnostic('error', 'm', [place])]).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test('nothing of a file reaches the terminal as a control sequence', () => {
    const hostile = { name: 'a\u001b[2J.yaml', text: 'k: \u001b[31mred\u202etxt\tend' };
    const place = { kind: 'span', source: hostile, start: 3, end: 8, note: '\u001b]0;t\u0007' };
    const shown = text([
      diagnostic(
        'error',
        'got "\u001b[31m"\r\nfake: error',
        [{ ...place, kind: 'span' }],
        '\u009b',
      ),
    ]);
    expect(shown).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
    expect(shown).toContain('got "\\u001b[31m"\\u000d\\u000afake: error');
  });

  test('tabs and astral characters keep the marks in place', () => {
    const odd = { name: 'odd.yaml', text: '\t"\u{1f600}": x' };
    const lines = text([
      diagnostic('error', 'm', [{ kind: 'span', source: odd, start: 7, end: 8 }]),
    ]).split('\n');
    const [, , line = '', marks = ''] = lines;
    expect([...line][marks.indexOf('^')]).toBe('x');
  });

  test('colour adds nothing but colour', () => {
    const one = [diagnostic('warning', 'm', [at(0, 3)], 'h')];
    const colored = formatText(report(one), { palette: colorPalette, width: 80 });
    const sequences = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g');
    expect(colored).not.toBe(text(one));
    expect(colored.replace(sequences, '')).toBe(text(one));
  });
});

describe('machine formats', () => {
  const diagnostics = [
    diagnostic('warning', 'line\nbreak 100%', [at(12, 14)], 'do: this, that'),
    diagnostic('error', 'no such file', [{ kind: 'file', name: 'dir/ü b.yaml' }]),
    diagnostic('note', 'n', [{ kind: 'option', option: '--zone', value: 'z' }]),
  ];

  test('json', () => {
    const document = JSON.parse(formatJson(report(diagnostics)));
    expect(document.summary).toEqual({ errors: 1, warnings: 1, notes: 1, ignored: 0, leftOut: 0 });
    expect(document.diagnostics).toContainEqual({
      code: 'NATC2001',
      severity: 'warning',
      message: 'line\nbreak 100%',
      hint: 'do: this, that',
      places: [{ file: 'a:b,c%.yaml', line: 2, column: 6, endLine: 2, endColumn: 8 }],
    });
  });

  test('github: errors first, everything escaped', () => {
    expect(formatGithub(report(diagnostics)).split('\n')).toEqual([
      '::error file=dir/ü b.yaml,title=NATC2001::no such file',
      '::warning file=a%3Ab%2Cc%25.yaml,line=2,endLine=2,col=6,endColumn=8,title=NATC2001::line%0Abreak 100%25%0Ado: this, that',
      '::notice title=NATC2001::n',
      '',
    ]);
  });

  test('sarif', () => {
    const { version, runs } = JSON.parse(formatSarif(report(diagnostics), '1.2.3'));
    expect(version).toBe('2.1.0');
    const [{ tool, results }] = runs;
    expect(tool.driver).toMatchObject({ name: 'natc', version: '1.2.3' });
    expect(tool.driver.rules.map((rule: { id: string }) => rule.id)).toEqual(['NATC2001']);
    const uris = results.map(
      (result: { locations: { physicalLocation: { artifactLocation: { uri: string } } }[] }) =>
        result.locations[0]?.physicalLocation.artifactLocation.uri,
    );
    expect(uris).toEqual([undefined, 'a%3Ab%2Cc%25.yaml', 'dir/%C3%BC%20b.yaml']);
    expect(results[1].locations[0].physicalLocation.region).toEqual({
      startLine: 2,
      startColumn: 6,
      endLine: 2,
      endColumn: 8,
    });
  });
});
