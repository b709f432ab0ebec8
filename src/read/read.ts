import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { FieldPath, Source, SourceObject } from '../diagnostics/source.ts';
import type { Input } from './inputs.ts';
import { yamlPackage } from './yaml-package.ts';

export interface ReadResult {
  /** Objects of the kinds natc uses, in input order. */
  readonly objects: readonly SourceObject[];
  /** Kinds that natc does not use, with how many objects of each were skipped. */
  readonly skipped: ReadonlyMap<string, number>;
  readonly diagnostics: readonly Diagnostic[];
}

const groups: Readonly<Record<string, string>> = {
  Service: 'v1',
  Endpoints: 'v1',
  Node: 'v1',
  EndpointSlice: 'discovery.k8s.io/v1',
  KubeProxyConfiguration: 'kubeproxy.config.k8s.io/v1alpha1',
};

type Plain = Readonly<Record<string, unknown>>;
const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads the Kubernetes objects out of every input, with positions for diagnostics. */
export function readObjects(inputs: readonly Input[]): ReadResult {
  const objects: SourceObject[] = [];
  const skipped = new Map<string, number>();
  const diagnostics: Diagnostic[] = [];
  const add = (source: Source, start: number, end: number, path: FieldPath, value: Plain): void => {
    const { apiVersion, kind } = value as { apiVersion: string; kind: string };
    const items = value['items'];
    if (kind.endsWith('List') && Array.isArray(items)) {
      items.forEach((item: unknown, index) => {
        if (!isPlain(item)) return;
        const inherited = kind === 'List' ? {} : { apiVersion, kind: kind.slice(0, -4) };
        add(source, start, end, [...path, 'items', index], { ...inherited, ...item });
      });
    } else if (groups[kind] === apiVersion) {
      const extent = { format: 'yaml', start, end, path } as const;
      objects.push({ source, extent, apiVersion, kind, value });
    } else skipped.set(kind, (skipped.get(kind) ?? 0) + 1);
  };
  for (const { name, bytes } of inputs) {
    const source: Source = { name, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
    for (const document of yamlPackage().parseAllDocuments(source.text, { merge: true })) {
      for (const error of document.errors) {
        diagnostics.push({
          code: 'NATC1010',
          severity: 'error',
          message: error.message.split('\n', 1)[0] ?? error.code,
          places: [{ kind: 'span', source, start: error.pos[0], end: error.pos[1] }],
        });
      }
      const value: unknown = document.errors.length === 0 ? document.toJS() : undefined;
      const [start, , end] = document.range;
      if (isPlain(value)) add(source, start, end, [], value);
    }
  }
  return { objects, skipped, diagnostics };
}
