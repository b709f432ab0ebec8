import type { Diagnostic, Place } from '../diagnostics/diagnostic.ts';
import type { SourceObject } from '../diagnostics/source.ts';
import type { CompileOptions } from '../options.ts';

export interface KubeProxyConfig {
  /** Only what the file sets. */
  readonly options: Partial<CompileOptions>;
  /** The field that each option came from. */
  readonly places: ReadonlyMap<keyof CompileOptions, Place>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a KubeProxyConfiguration (kubeproxy.config.k8s.io/v1alpha1). */
export function readKubeProxyConfig(object: SourceObject): KubeProxyConfig {
  const list = object.value['nodePortAddresses'];
  if (!Array.isArray(list)) return { options: {}, places: new Map(), diagnostics: [] };
  return {
    options: { nodePortAddresses: list.filter((entry) => typeof entry === 'string') },
    places: new Map([
      ['nodePortAddresses', { kind: 'field', object, path: ['nodePortAddresses'] }],
    ]),
    diagnostics: [],
  };
}
