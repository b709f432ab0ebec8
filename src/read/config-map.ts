import type { SourceObject } from '../diagnostics/source.ts';
import type { Input } from './inputs.ts';
import { locateInYaml } from './locate-yaml.ts';

/**
 * A file that a ConfigMap holds, as an input of its own.
 *
 * @param key of `data`, e.g. `config.conf`
 * @returns undefined when the ConfigMap holds no text under that key. Where the text is a literal block of YAML,
 *   lines and columns are those of the file around it; elsewhere (JSON, quotes) they are the text's own, and
 *   the name says so.
 */
export function inputOfConfigMap(object: SourceObject, key: string): Input | undefined {
  const data = object.value['data'];
  if (typeof data !== 'object' || data === null || !Object.hasOwn(data, key)) return undefined;
  const text = (data as Readonly<Record<string, unknown>>)[key];
  if (typeof text !== 'string') return undefined;
  const { source } = object;
  const inPlace = blockInPlace(object, key, text);
  const name = inPlace === undefined ? `${source.name}, data["${key}"]` : source.name;
  return { name, bytes: new TextEncoder().encode(inPlace ?? text) };
}

/**
 * The lines of the block as they stand, below as many empty ones as there are lines above it: YAML that is
 * indented as a whole means the same.
 */
function blockInPlace(
  { source, extent }: SourceObject,
  key: string,
  text: string,
): string | undefined {
  if (extent.format !== 'yaml') return undefined;
  const { start, end } = locateInYaml(source, extent, ['data', key], 'value');
  if (source.text[start] !== '|') return undefined;
  const first = source.text.indexOf('\n', start) + 1;
  if (first === 0 || first >= end) return undefined;
  const lines = source.text.slice(first, end).split('\n');
  const indent = /^ */.exec(lines.find((line) => line.trim() !== '') ?? '')?.[0].length ?? 0;
  const plain = lines.map((line) => line.slice(indent)).join('\n');
  if (plain.trimEnd() !== text.trimEnd()) return undefined;
  const above = source.text.slice(0, first).split('\n').length - 1;
  return `${'\n'.repeat(above)}${lines.join('\n')}\n`;
}
