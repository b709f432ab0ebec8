import { parseAllDocuments } from 'yaml';
import type { SourceObject } from '../../src/diagnostics/source.ts';

/** The objects of a YAML text, one per document, as the read stage would hand them over. */
export function objectsOf(text: string, name = 'test.yaml'): SourceObject[] {
  return parseAllDocuments(text).map((document) => {
    const value = document.toJS();
    const [start, , end] = document.range;
    return {
      source: { name, text },
      extent: { format: 'yaml', start, end, path: [] },
      apiVersion: value.apiVersion,
      kind: value.kind,
      value,
    };
  });
}

/** A plain value as an object of the input. */
export function objectOf(value: object, name = 'test.json'): SourceObject {
  const text = JSON.stringify(value);
  const { apiVersion, kind } = value as { apiVersion: string; kind: string };
  return {
    source: { name, text },
    extent: { format: 'json', start: 0, end: text.length, path: [] },
    apiVersion,
    kind,
    value: value as Record<string, unknown>,
  };
}
