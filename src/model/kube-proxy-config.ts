import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { isMapping } from '../diagnostics/mapping.ts';
import type { Place } from '../diagnostics/place.ts';
import type { SourceObject } from '../diagnostics/source.ts';
import { type CompileOptions, optionNames, optionTable } from '../options.ts';
import { at, type Fields, isGiven, rootFields } from './fields.ts';
import { reportUnusedFields } from './kube-proxy-unused.ts';
import { createReport } from './report.ts';
import {
  booleanField,
  integerField,
  mapField,
  oneOfField,
  stringField,
  stringList,
} from './typed-fields.ts';

/** What a KubeProxyConfiguration says about {@link CompileOptions}. */
export interface KubeProxyConfig {
  /** Only what the file sets. Values are checked like those of flags, by the model stage. */
  readonly options: Partial<CompileOptions>;
  /** The field that each option came from. */
  readonly places: ReadonlyMap<keyof CompileOptions, Place>;
  readonly diagnostics: readonly Diagnostic[];
}

const modes = ['nftables', 'iptables', 'ipvs', 'kernelspace'] as const;
type Mode = (typeof modes)[number] | undefined;

/** What a file of `--config` may hold. */
export const kubeProxyConfigKinds: ReadonlyMap<string, readonly string[]> = new Map([
  ['KubeProxyConfiguration', ['kubeproxy.config.k8s.io/v1alpha1']],
  ['ConfigMap', ['v1']],
]);

/** The key of the ConfigMap under which kubeadm keeps a KubeProxyConfiguration. */
export const kubeProxyConfigKey = 'config.conf';

/** Whether it is the ConfigMap in which kubeadm keeps it; a rendered manifest may lack the namespace. */
export function isKubeProxyConfigMap({ kind, value }: SourceObject): boolean {
  if (kind !== 'ConfigMap' || !isMapping(value['metadata'])) return false;
  const { name, namespace = 'kube-system' } = value['metadata'];
  return name === 'kube-proxy' && namespace === 'kube-system';
}

/**
 * Reads the KubeProxyConfiguration among the objects of a configuration file.
 *
 * @param file the file's name, for the message when there is none.
 */
export function kubeProxyConfigOf(objects: readonly SourceObject[], file: string): KubeProxyConfig {
  const [object, second] = objects.filter(({ kind }) => kind === 'KubeProxyConfiguration');
  const report = createReport('strict');
  if (object === undefined) {
    report.fail(
      { kind: 'file', name: file },
      {
        code: 'NATC2093',
        message:
          'there is no KubeProxyConfiguration (kubeproxy.config.k8s.io/v1alpha1) in this file',
        hint: 'the ConfigMap in which kubeadm keeps it will do: kubectl -n kube-system get configmap kube-proxy -o yaml',
      },
    );
    return { options: {}, places: new Map(), diagnostics: report.diagnostics };
  }
  if (second !== undefined) {
    report.fail(at(rootFields(second, report), 'kind'), {
      code: 'NATC2093',
      message: 'there are several KubeProxyConfigurations in this file',
      hint: 'leave one',
    });
  }
  const config = readKubeProxyConfig(object);
  return { ...config, diagnostics: [...report.diagnostics, ...config.diagnostics] };
}

/**
 * Reads a KubeProxyConfiguration (kubeproxy.config.k8s.io/v1alpha1, Q4), by the fields that the table of options names.
 * Values of a wrong type are errors; fields without effect on natc are reported.
 */
export function readKubeProxyConfig(object: SourceObject): KubeProxyConfig {
  const report = createReport('strict');
  const root = rootFields(object, report);
  const mode = readMode(root);
  const values: Record<string, unknown> = {};
  const places = new Map<keyof CompileOptions, Place>();
  const sections = new Map<string, Fields | undefined>([['', root]]);
  for (const name of optionNames) {
    for (const path of fieldsOf(name, mode)) {
      const [key = '', section = ''] = path.split('.').reverse();
      if (!sections.has(section)) sections.set(section, mapField(root, section));
      const fields = sections.get(section);
      const value = fields && readOption(name, fields, key);
      if (fields === undefined || value === undefined) continue;
      values[name] = value;
      places.set(name, at(fields, key));
    }
  }
  reportUnusedFields(root);
  // The table holds the type of each value.
  return { options: values as Partial<CompileOptions>, places, diagnostics: report.diagnostics };
}

function readMode(root: Fields): Mode {
  const mode = oneOfField(root, 'mode', modes);
  if (mode === 'ipvs' || mode === 'kernelspace') {
    root.report.warn(at(root, 'mode'), {
      code: 'NATC2091',
      message: `mode ${mode} has no effect: natc makes rules for nftables or iptables`,
    });
  }
  if (mode === 'nftables' && !isGiven(root, 'nodePortAddresses')) {
    root.report.warn(at(root, 'mode'), {
      code: 'NATC2092',
      message: 'nodePortAddresses is not set, which means all addresses of the node to natc',
      hint: "set it to [primary] for what kube-proxy's nftables mode does, or to [all] to keep this",
    });
  }
  return mode;
}

/**
 * The fields that set an option. Of what each mode has in a section of its own, kube-proxy reads the section of its mode;
 * where no mode is given either may speak.
 */
function fieldsOf(name: keyof CompileOptions, mode: Mode): readonly string[] {
  const { kubeProxy = [] } = optionTable[name];
  const other = mode === 'nftables' ? 'iptables.' : 'nftables.';
  const isForOne = mode !== undefined && kubeProxy.length > 1;
  return isForOne ? kubeProxy.filter((path) => !path.startsWith(other)) : kubeProxy;
}

/** A field's value as the option has it; undefined where the field does not set it. */
function readOption(name: keyof CompileOptions, fields: Fields, key: string): unknown {
  const { value: kind } = optionTable[name];
  if (name === 'nodePortAddresses')
    return isGiven(fields, key) ? stringList(fields, key, (text) => text.trim()) : undefined;
  if (kind === 'boolean') return booleanField(fields, key);
  if (kind === 'integer') return integerField(fields, key, markBits);
  if (typeof kind !== 'string') return oneOfField(fields, key, kind);
  const text = stringField(fields, key) || undefined;
  if (kind !== 'list') return text;
  const entries = (text ?? '').split(',').map((entry) => entry.trim());
  // N3: the unspecified addresses leave the choice to the Node object.
  const given = entries.filter((entry) => !['', '0.0.0.0', '::'].includes(entry));
  return given.length > 0 ? given : undefined;
}

const markBits = { first: 0, last: 31 };
