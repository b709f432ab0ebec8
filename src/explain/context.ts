import type { CompileOutput } from '../compile.ts';
import type { KubeProxyListing } from '../kube-proxy/listing.ts';
import type { L4Proto, NftFamily } from '../net/family.ts';
import type { Ruleset, Table } from '../nftables/ast.ts';
import { type PreparedRuleset, prepare } from '../nftables/simulate/prepare.ts';
import type { SimulatedHost } from '../packet/packet.ts';
import type { FamilyPlan, ServicePortPlan } from '../plan/plan.ts';
import { serviceName } from '../plan/plan.ts';
import type { ServicePortName } from '../plan/service-port-name.ts';
import { type RulesetFrontend, rulesetFrontends } from './frontends.ts';

/** The ruleset that is asked about, and what is known around it. */
export interface Subject {
  readonly ruleset: Ruleset;
  readonly host: HostKnowledge;
  /** What the ruleset was compiled from; undefined for a ruleset read from text. */
  readonly compiled: Pick<CompileOutput, 'plan' | 'cluster'> | undefined;
  /** What a kube-proxy wrote, whose outline the ruleset is: then these rules are walked. */
  readonly listing?: KubeProxyListing;
  /** What of others may drop the packet, in words: known of the running kernel only. */
  readonly notLookedAt?: readonly string[];
}

export interface HostKnowledge extends SimulatedHost {
  /** The addresses are all there are; otherwise the node may have others. */
  readonly isComplete: boolean;
}

/** A subject with everything that answering a question about one family needs. */
export interface ExplainContext {
  readonly subject: Subject;
  readonly prepared: PreparedRuleset;
  readonly family: NftFamily;
  /** Undefined when the ruleset has no table of this family. */
  readonly table: Table | undefined;
  readonly frontends: readonly RulesetFrontend[];
  readonly plan: FamilyPlan | undefined;
}

export function contextOf(subject: Subject, family: NftFamily): ExplainContext {
  const { ruleset, compiled } = subject;
  const table = ruleset.tables.find((candidate) => candidate.family === family);
  const planFamily = family === 'ip' ? 'IPv4' : 'IPv6';
  return {
    subject,
    prepared: prepare(ruleset),
    family,
    table,
    frontends: table === undefined ? [] : rulesetFrontends(table),
    plan: compiled?.plan.families.find((candidate) => candidate.family === planFamily),
  };
}

/** The plan of a ServicePort. */
export const servicePortPlan = (
  { plan }: ExplainContext,
  name: ServicePortName,
  protocol: L4Proto,
): ServicePortPlan | undefined =>
  plan?.servicePorts.find(
    (servicePort) =>
      servicePort.protocol.toLowerCase() === protocol &&
      serviceName(servicePort) === name.service &&
      servicePort.portName === name.portName,
  );
