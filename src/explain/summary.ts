import type { Branch } from '../packet/outcome.ts';
import type { Packet } from '../packet/packet.ts';
import type { ExplainContext } from './context.ts';
import type { ExplainVerdict, Reason } from './explanation.ts';
import type { RulesetFrontend } from './frontends.ts';
import { formatEndpoint } from './open-question.ts';

interface Findings {
  readonly verdict: ExplainVerdict;
  readonly packet: Packet;
  readonly branches: readonly Branch[];
  readonly frontend: RulesetFrontend | undefined;
  readonly course: readonly Reason[];
  readonly context: ExplainContext;
}

/** The answer in one sentence, without a full stop. */
export function summariseExplanation(findings: Findings): string {
  const { verdict, branches, course, frontend } = findings;
  const why = course.at(-1)?.text;
  const because = why === undefined ? '' : `: ${why}`;
  switch (verdict) {
    case 'delivered':
      return `Delivered to ${endpointWords(branches)} of ${frontend?.name ?? 'a Service'}, ${sourceWords(branches)}`;
    case 'passed':
      return `Passed on untouched: ${untouchedWords(findings)}`;
    case 'dropped':
      return `Dropped${because}`;
    case 'refused':
      return `Refused with ICMP port unreachable${because}`;
    case 'mixed': {
      const lost = branches
        .filter((branch) => branch.verdict !== 'accept')
        .reduce((sum, branch) => sum + branch.probability, 0);
      return `Delivered only in part: ${Math.round(lost * 100)} % of new connections fail${because}`;
    }
  }
}

function endpointWords(branches: readonly Branch[]): string {
  const [only] = branches;
  return branches.length === 1 && only !== undefined
    ? `${formatEndpoint(only.destination, only.destinationPort)}, the only endpoint`
    : `one of ${branches.length} endpoints`;
}

function sourceWords(branches: readonly Branch[]): string {
  const masqueraded = branches.filter(({ masquerade }) => masquerade).length;
  if (masqueraded === 0) return 'source address kept';
  if (masqueraded === branches.length) return 'masqueraded';
  return `source address kept except to ${masqueraded} of them`;
}

function untouchedWords({ packet, course, context }: Findings): string {
  if (context.table === undefined) {
    return `the ruleset has no table for IPv${packet.family === 'ip' ? '4' : '6'}`;
  }
  const last = course.at(-1);
  if (last !== undefined) return last.text;
  const { destination, destinationPort, protocol } = packet;
  return protocol === 'icmp'
    ? `no Service takes part in ICMP to ${destination}`
    : `no Service has ${formatEndpoint(destination, destinationPort)}/${protocol}`;
}
