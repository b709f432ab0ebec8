import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { type NatcConfig, natcConfigKinds, natcConfigOf } from '../../src/model/natc-config.ts';
import { locate } from '../../src/read/locate.ts';
import { readObjects } from '../../src/read/read.ts';

const head = 'apiVersion: natc.dev/v1alpha1\nkind: NatcConfiguration\n';

/** Reads a natc.yaml. @returns what reading the text found in `unread` */
export function natcConfig(
  fields: string,
  before = head,
): NatcConfig & { readonly unread: readonly Diagnostic[] } {
  const bytes = new TextEncoder().encode(`${before}${fields}\n`);
  const read = readObjects([{ name: 'natc.yaml', bytes }], natcConfigKinds);
  return { ...natcConfigOf(read.objects, 'natc.yaml'), unread: read.diagnostics };
}

/** `file:line:column` of its first place. */
export function locateDiagnostic({ places: [place] }: Diagnostic): string | undefined {
  const location = place && locate(place);
  return location && `${location.file}:${location.line}:${location.column}`;
}
