import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Source } from '../diagnostics/source.ts';
import { spanError } from './span-error.ts';
import { yamlError } from './yaml-error.ts';
import { yamlPackage } from './yaml-package.ts';
import { yamlValue } from './yaml-value.ts';

/**
 * The full reader takes some 60 bytes of memory for a byte of text and a second for 2 MB; a longer
 * document than this is refused with the reason why the block reader could not read it.
 */
export const longestFullYaml = 16 * 1024 * 1024;

export interface FullYaml {
  /** Undefined when the text is no valid YAML. */
  readonly value: unknown;
  readonly problems: readonly Diagnostic[];
}

/** So many brackets or dashes in a row nest deeper than any manifest, and would keep a parser busy. */
const deepNesting = /(?:[[{]\s*){201}|(?:- +){201}/;

/**
 * Parses a stretch of a source for its nodes and their positions.
 *
 * @param column how many spaces to put before the text, so that an item of a block sequence keeps
 *   the indentation of its first line; offsets in the result are that much larger
 */
export function parseYamlNodes(text: string, column: number) {
  return yamlPackage().parseDocument(' '.repeat(column) + text, {
    schema: 'failsafe',
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
}

/** Reads one YAML document, or one item of a List, with everything that YAML knows. */
export function readFullYaml(source: Source, start: number, end: number, column: number): FullYaml {
  const text = source.text.slice(start, end);
  const nesting = deepNesting.exec(text);
  if (nesting !== null) {
    const opening = start + nesting.index;
    const hint = 'check the brackets';
    const span = { source, start: opening, end: opening + 1 };
    return {
      value: undefined,
      problems: [spanError('NATC1020', 'nested too deeply', [span], hint)],
    };
  }
  // kubectl reads line by line, and ends the last one where the text does not.
  const isUnended = end === source.text.length && !text.endsWith('\n');
  const document = parseYamlNodes(isUnended ? `${text}\n` : text, column);
  const shift = start - column;
  const [error] = document.errors;
  if (error !== undefined) {
    return { value: undefined, problems: [yamlError(document, error, source, shift)] };
  }
  const tab = tabbedLine(document, text, column);
  if (tab !== undefined) {
    const span = { source, start: start + tab, end: start + tab + 1 };
    const message = 'a tab is used for indentation';
    return {
      value: undefined,
      problems: [spanError('NATC1013', message, [span], 'remove it, or use spaces')],
    };
  }
  return yamlValue(document, source, shift);
}

const tabOnBlankLine = /^ *(\t)[ \t]*(?:#.*)?\r?$/gm;

/**
 * The offset of a tab in a line without content, which Go takes for wrong indentation, but in texts and
 * brackets; undefined when there is none.
 */
function tabbedLine(
  document: ReturnType<typeof parseYamlNodes>,
  text: string,
  column: number,
): number | undefined {
  if (!text.includes('\t')) return undefined;
  const tabs = [...text.matchAll(tabOnBlankLine)].map(
    ({ index, 0: line }) => index + line.indexOf('\t'),
  );
  if (tabs.length === 0) return undefined;
  const insides: (readonly [number, number])[] = [];
  yamlPackage().visit(document, {
    Node: (_, node) => {
      const isInside = yamlPackage().isScalar(node) || ('flow' in node && node.flow === true);
      if (isInside && node.range) insides.push([node.range[0] - column, node.range[1] - column]);
    },
  });
  return tabs.find((tab) => !insides.some(([from, to]) => from <= tab && tab < to));
}
