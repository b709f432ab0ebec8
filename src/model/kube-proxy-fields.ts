import { optionTable } from '../options.ts';

/** Why natc takes no notice of a field of KubeProxyConfiguration. */
export interface IgnoredField {
  /** `warning` where packets or the node end up different from what the field asks for. */
  readonly severity: 'warning' | 'note';
  readonly because: string;
}

/** What becomes of a field; a mapping stands for the fields within it. */
export type FieldUse = 'used' | IgnoredField | { readonly fields: FieldUses };
export type FieldUses = Readonly<Record<string, FieldUse>>;

const note = (because: string): IgnoredField => ({ severity: 'note', because });
const warning = (because: string): IgnoredField => ({ severity: 'warning', because });

const noDaemon = note('natc runs once and is no daemon');
const noClient = note('natc reads manifests and talks to no API server');
const byFlag = (flag: string): IgnoredField => note(`natc apply --follow takes ${flag}`);
const conntrack = warning(
  'natc leaves the limits and timeouts of conntrack alone: set the sysctls',
);
const ipvs = warning('natc has no IPVS mode');
const windows = warning('natc is for Linux only');

const syncPeriods = { syncPeriod: noDaemon, minSyncPeriod: noDaemon };

const conntrackFields: FieldUses = {
  maxPerCore: conntrack,
  min: conntrack,
  tcpBeLiberal: conntrack,
  tcpCloseWaitTimeout: conntrack,
  tcpEstablishedTimeout: conntrack,
  udpStreamTimeout: conntrack,
  udpTimeout: conntrack,
};

/** The fields of a section from which options are read; of none: those at the top. */
function usedFields(section: string): FieldUses {
  const paths = Object.values(optionTable).flatMap(({ kubeProxy = [] }) => kubeProxy);
  const parts = paths.map((path) => path.split('.').reverse());
  return Object.fromEntries(
    parts.flatMap(([key = '', within = '']) => (within === section ? [[key, 'used']] : [])),
  );
}

/** Every field of kubeproxy.config.k8s.io/v1alpha1 (Q4), and what natc does with it. */
export const kubeProxyFields: FieldUses = {
  apiVersion: 'used',
  kind: 'used',
  bindAddressHardFail: note('natc goes on where an address is taken, and tries again'),
  clientConnection: noClient,
  configSyncPeriod: noDaemon,
  conntrack: { fields: conntrackFields },
  ...usedFields(''),
  detectLocal: { fields: usedFields('detectLocal') },
  enableProfiling: note('natc serves no profiles'),
  featureGates: note('natc has no feature gates: it always does as the newest kube-proxy'),
  healthzBindAddress: byFlag('--healthz-bind-address'),
  iptables: { fields: { ...syncPeriods, ...usedFields('iptables') } },
  ipvs: {
    fields: {
      ...syncPeriods,
      excludeCIDRs: ipvs,
      scheduler: ipvs,
      strictARP: ipvs,
      tcpFinTimeout: ipvs,
      tcpTimeout: ipvs,
      udpTimeout: ipvs,
    },
  },
  // Where newer versions of the API keep what all Linux modes share.
  linux: {
    fields: {
      conntrack: { fields: conntrackFields },
      oomScoreAdj: noDaemon,
      ...usedFields('linux'),
    },
  },
  logging: note('natc logs nothing'),
  metricsBindAddress: byFlag('--metrics-bind-address'),
  mode: 'used',
  nftables: { fields: { ...syncPeriods, ...usedFields('nftables') } },
  oomScoreAdj: noDaemon,
  portRange: note('only the removed userspace mode used it'),
  showHiddenMetricsForVersion: note('natc has no hidden metrics'),
  windowsRunAsService: windows,
  winkernel: {
    fields: {
      enableDSR: windows,
      forwardHealthCheckVip: windows,
      networkName: windows,
      rootHnsEndpointName: windows,
      sourceVip: windows,
    },
  },
};
