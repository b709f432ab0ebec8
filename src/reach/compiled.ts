import type { CompileOutput } from '../compile.ts';
import type { AnswersOf } from '../diff/planned-side.ts';
import type { Settings } from '../model/settings.ts';
import { formatNetwork } from '../net/cidr.ts';
import { nodeFacts } from '../plan/node-facts.ts';
import type { SurveySubject } from './survey.ts';

/**
 * What was compiled, as something to be asked about: with the node's addresses and the pods' networks that the
 * options and the Node objects tell.
 *
 * @param answersOf whose rules answer instead of those of nftables
 */
export function compiledSubject(
  { cluster, settings, plan, ruleset }: CompileOutput,
  answersOf?: AnswersOf,
): SurveySubject {
  const addresses = [
    ...settings.nodeIPs.map(({ text }) => text),
    ...(nodeFacts(cluster, settings).node?.addresses ?? []),
  ];
  return {
    ruleset,
    nodeAddresses: new Set(addresses),
    podNetworks: [
      ...[...settings.clusterCIDRs, ...settings.podCIDRs].map(formatNetwork),
      ...cluster.nodes.flatMap(({ podCIDRs }) => podCIDRs),
    ],
    podInterfaces: podInterfacesOf(settings),
    ...(answersOf !== undefined && { answer: answersOf(plan) }),
  };
}

function podInterfacesOf(settings: Settings): readonly string[] {
  const { detectLocalMode, podBridgeInterface, podInterfaceNamePrefix } = settings;
  if (detectLocalMode === 'BridgeInterface') return [podBridgeInterface];
  return detectLocalMode === 'InterfaceNamePrefix' ? [`${podInterfaceNamePrefix}*`] : [];
}
