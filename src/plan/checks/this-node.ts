import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { quote } from '../../diagnostics/quote.ts';
import { compareBytes } from '../order.ts';
import { policiesOf } from '../policies.ts';
import { grouped, services, subject } from './grouped.ts';
import { type Check, optionPlace, type Planned } from './planned.ts';

/** What is unknown of this node although something depends on it. */
export const thisNode: Check = (planned) => [
  ...unknownNode(planned),
  ...localPolicyWithoutNodeName(planned),
  ...noDetector(planned),
];

function unknownNode(planned: Planned): readonly Diagnostic[] {
  const { cluster, node } = planned;
  if (node.name === undefined || node.node !== undefined || cluster.nodes.length === 0) return [];
  const known = cluster.nodes.map((each) => each.name).sort(compareBytes);
  const others = known.length > 5 ? ` and ${known.length - 5} more` : '';
  return [
    {
      code: 'NATC3014',
      severity: 'warning',
      message: `no Node object is called ${quote(node.name)}`,
      places: [optionPlace(planned, 'nodeName', node.name)],
      hint: `Nodes of the input: ${known.slice(0, 5).join(', ')}${others}`,
    },
  ];
}

/** E8: without a name no endpoint is local, and P1, P3 drop. */
function localPolicyWithoutNodeName({ node, taken }: Planned): readonly Diagnostic[] {
  if (node.name !== undefined) return [];
  const subjects = taken
    .map((service) => {
      const { internal, external } = policiesOf(service);
      if (external === 'Local') return subject(service, ['spec', 'externalTrafficPolicy']);
      return internal === 'Local' ? subject(service, ['spec', 'internalTrafficPolicy']) : undefined;
    })
    .filter((each) => each !== undefined);
  return grouped('NATC3015', 'warning', subjects, {
    noun: services,
    says: [
      "has a traffic policy Local, but this node's name is not known: every endpoint counts as remote",
      "have a traffic policy Local, but this node's name is not known: every endpoint counts as remote",
    ],
    hint: 'give --node-name: without local endpoints, such traffic is dropped',
  });
}

/** M10, where CIDRs are the means and one family has none. */
function noDetector(planned: Planned): readonly Diagnostic[] {
  const { settings, plan, beside } = planned;
  const { detectLocalMode } = settings;
  if (detectLocalMode !== 'ClusterCIDR' && detectLocalMode !== 'NodeCIDR') return [];
  // Without --cluster-cidr the default mode simply has no detector, as in kube-proxy.
  if (detectLocalMode === 'ClusterCIDR' && settings.clusterCIDRs.length === 0) return [];
  const option = detectLocalMode === 'ClusterCIDR' ? '--cluster-cidr' : '--pod-cidr';
  return plan.families
    .filter(
      ({ family, localDetector, servicePorts }) =>
        localDetector === undefined && (servicePorts.length > 0 || beside.has(family)),
    )
    .map(({ family }) => ({
      code: 'NATC3016',
      severity: 'warning',
      message: `no ${family} ${detectLocalMode === 'ClusterCIDR' ? 'cluster' : 'pod'} CIDR is known, so ${family} traffic of pods is not told from other traffic`,
      places: [optionPlace(planned, 'detectLocalMode', detectLocalMode)],
      hint: `give ${option} ${detectLocalMode === 'ClusterCIDR' ? `for ${family} too` : 'or a Node object with podCIDRs, and --node-name'}`,
    }));
}
