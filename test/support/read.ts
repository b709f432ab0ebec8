import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { locate } from '../../src/read/locate.ts';
import { type ReadResult, readObjects } from '../../src/read/read.ts';

/** Reads one text as if it were a file. */
export function readText(text: string, name = 'test.yaml'): ReadResult {
  return readObjects([{ name, bytes: new TextEncoder().encode(text) }]);
}

/** A diagnostic on one line: `CODE LINE:COLUMN-LINE:COLUMN ... message`, a position for each place. */
export function summary({ code, places, message }: Diagnostic): string {
  const positions = places.map((place) => {
    const at = locate(place);
    return at ? `${at.line}:${at.column}-${at.endLine}:${at.endColumn}` : 'file';
  });
  return [code, ...positions, message].join(' ');
}
