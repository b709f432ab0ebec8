import { cut } from './printable.ts';
import type { FieldPath, SourceObject } from './source.ts';

/** Of a name or path in a message, in characters. */
const longestName = 600;

/** `Service shop/web`; what the object lacks is left out. */
export function objectName({ kind, value, madeFrom }: SourceObject): string {
  if (madeFrom !== undefined) return objectName(madeFrom);
  const metadata = value['metadata'];
  if (typeof metadata !== 'object' || metadata === null) return kind;
  const { namespace, name } = metadata as { namespace?: unknown; name?: unknown };
  if (typeof name !== 'string') return cut(kind, longestName);
  const text = `${kind} ${typeof namespace === 'string' ? `${namespace}/` : ''}${name}`.trim();
  return cut(text, longestName);
}

/** `spec.ports[0].port`; keys that are no plain words are quoted. */
export function formatPath(path: FieldPath): string {
  const steps = path.map((step) => {
    if (typeof step === 'number') return `[${step}]`;
    return /^[A-Za-z_][\w-]*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
  });
  return cut(steps.join('').replace(/^\./, ''), longestName);
}
