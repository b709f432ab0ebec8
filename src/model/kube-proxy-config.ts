import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { isMapping } from '../diagnostics/mapping.ts';
import type { Place } from '../diagnostics/place.ts';
import type { SourceObject } from '../diagnostics/source.ts';
import { type CompileOptions, detectLocalModes } from '../options.ts';
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

/** Takes one option from a field; an undefined value means that the file does not set it. */
type Take = <K extends keyof CompileOptions>(
  option: K,
  fields: Fields | undefined,
  key: string,
  value: CompileOptions[K] | undefined,
) => void;

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
 * Reads a KubeProxyConfiguration (kubeproxy.config.k8s.io/v1alpha1, Q4). Values of a wrong
 * type are errors; fields without effect on natc are reported.
 */
export function readKubeProxyConfig(object: SourceObject): KubeProxyConfig {
  const report = createReport('strict');
  const root = rootFields(object, report);
  const places = new Map<keyof CompileOptions, Place>();
  let options: Partial<CompileOptions> = {};
  const take: Take = (option, fields, key, value) => {
    if (value === undefined || fields === undefined) return;
    options = { ...options, [option]: value };
    places.set(option, at(fields, key));
  };

  const mode = readMode(root);
  const iptables = mapField(root, 'iptables');
  takeNode(root, take);
  takeNodePorts(root, mode, iptables, take);
  takeLocalDetector(root, take);
  takeMasquerading(masqueradingSections(root, mode, iptables), take);
  reportUnusedFields(root);
  return { options, places, diagnostics: report.diagnostics };
}

function readMode(root: Fields): Mode {
  const mode = oneOfField(root, 'mode', modes);
  if (mode === 'ipvs' || mode === 'kernelspace') {
    root.report.warn(at(root, 'mode'), {
      code: 'NATC2091',
      message: `mode ${mode} has no effect: natc makes rules for nftables or iptables`,
    });
  }
  return mode;
}

function takeNode(root: Fields, take: Take): void {
  take('nodeName', root, 'hostnameOverride', stringField(root, 'hostnameOverride') || undefined);
  const address = stringField(root, 'bindAddress') ?? '';
  // N3: the unspecified addresses leave the choice to the Node object.
  const isChoice = !['', '0.0.0.0', '::'].includes(address.trim());
  take('nodeIPs', root, 'bindAddress', isChoice ? [address.trim()] : undefined);
}

function takeNodePorts(root: Fields, mode: Mode, iptables: Fields | undefined, take: Take): void {
  const list = stringList(root, 'nodePortAddresses', (text) => text.trim());
  if (isGiven(root, 'nodePortAddresses')) {
    take('nodePortAddresses', root, 'nodePortAddresses', list);
  } else if (mode === 'nftables') {
    root.report.warn(at(root, 'mode'), {
      code: 'NATC2092',
      message: 'nodePortAddresses is not set, which means all addresses of the node to natc',
      hint: "set it to [primary] for what kube-proxy's nftables mode does, or to [all] to keep this",
    });
  }
  const localhost = iptables && booleanField(iptables, 'localhostNodePorts');
  take('localhostNodePorts', iptables, 'localhostNodePorts', localhost);
}

function takeLocalDetector(root: Fields, take: Take): void {
  const detectLocal = mapField(root, 'detectLocal');
  const cidrs = (stringField(root, 'clusterCIDR') ?? '').split(',').map((text) => text.trim());
  const given = cidrs.filter((text) => text !== '');
  take('clusterCIDRs', root, 'clusterCIDR', given.length > 0 ? given : undefined);
  take(
    'detectLocalMode',
    root,
    'detectLocalMode',
    oneOfField(root, 'detectLocalMode', detectLocalModes),
  );
  if (detectLocal === undefined) return;
  const bridge = stringField(detectLocal, 'bridgeInterface') || undefined;
  take('podBridgeInterface', detectLocal, 'bridgeInterface', bridge);
  const prefix = stringField(detectLocal, 'interfaceNamePrefix') || undefined;
  take('podInterfaceNamePrefix', detectLocal, 'interfaceNamePrefix', prefix);
}

/** kube-proxy reads the section of its mode. Where no mode is given either may speak; the last wins. */
function masqueradingSections(
  root: Fields,
  mode: Mode,
  iptables: Fields | undefined,
): readonly Fields[] {
  const nftables = mapField(root, 'nftables');
  const own =
    mode === 'nftables' ? [nftables] : mode === undefined ? [nftables, iptables] : [iptables];
  return [...own, mapField(root, 'linux')].filter((section) => section !== undefined);
}

function takeMasquerading(sections: readonly Fields[], take: Take): void {
  for (const section of sections) {
    take('masqueradeAll', section, 'masqueradeAll', booleanField(section, 'masqueradeAll'));
    const bit = integerField(section, 'masqueradeBit', { first: 0, last: 31 });
    take('masqueradeBit', section, 'masqueradeBit', bit);
  }
}
