import { type Diagnostic, hasErrors } from '../../diagnostics/diagnostic.ts';
import type { Place } from '../../diagnostics/place.ts';
import type { SourceObject } from '../../diagnostics/source.ts';
import {
  isKubeProxyConfigMap,
  kubeProxyConfigKey,
  kubeProxyConfigKinds,
  kubeProxyConfigOf,
} from '../../model/kube-proxy-config.ts';
import type { CompileOptions } from '../../options.ts';
import { inputOfConfigMap } from '../../read/config-map.ts';
import { refusingCutOff } from '../../read/cut-off.ts';
import { readObjects } from '../../read/read.ts';
import { readInputs } from '../input/read-inputs.ts';

/** What one file says of the options. */
export interface ConfigLayer {
  readonly options: Partial<CompileOptions>;
  readonly places: ReadonlyMap<keyof CompileOptions, Place>;
  readonly diagnostics: readonly Diagnostic[];
}

/** The file of `--config`: a KubeProxyConfiguration, or the ConfigMap that holds one. */
export async function readKubeProxyLayer(
  path: string,
  refusesCutOff: boolean,
): Promise<ConfigLayer> {
  const collected = await readInputs([path]);
  const read = readObjects(collected.inputs, kubeProxyConfigKinds);
  const held = readHeld(read.objects);
  const found = [...read.diagnostics, ...read.cutOff, ...held.diagnostics];
  const ofRead = refusesCutOff ? refusingCutOff(found) : found;
  const diagnostics = [...collected.diagnostics, ...ofRead];
  if (hasErrors(diagnostics)) return { options: {}, places: new Map(), diagnostics };
  const config = kubeProxyConfigOf([...read.objects, ...held.objects], path);
  return { ...config, diagnostics: [...diagnostics, ...config.diagnostics] };
}

/** What the ConfigMap holds. Its text has its end where the block has, line feed or not. */
function readHeld(objects: readonly SourceObject[]) {
  const inputs = objects
    .filter(isKubeProxyConfigMap)
    .flatMap((object) => inputOfConfigMap(object, kubeProxyConfigKey) ?? []);
  return readObjects(inputs, kubeProxyConfigKinds);
}
