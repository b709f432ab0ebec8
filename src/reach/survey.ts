import { assumedNodeAddress } from '../diff/address-classes.ts';
import { type AskDestination, destinationAsker } from '../diff/compare-destination.ts';
import { compareFamily } from '../diff/compare-family.ts';
import type { ComparedDestination } from '../diff/compared-destination.ts';
import {
  type AskedNetworks,
  type FamilyPair,
  type PairSide,
  pairFamily,
} from '../diff/family-pair.ts';
import { type ListedSide, onListing } from '../diff/listed-traffic.ts';
import { trafficFamilies } from '../diff/traffic.ts';
import type { Ruleset } from '../nftables/ast.ts';
import { isLoopback } from '../packet/packet.ts';
import { type JudgeClient, judgeOfClients } from './clients.ts';

/** A ruleset that questions are asked about, and what is known of its node. */
export interface SurveySubject {
  readonly ruleset: Ruleset;
  /** Whose rules answer, those of another backend for the same plan, instead of those of nftables. */
  readonly answer?: (pair: FamilyPair, side: PairSide) => PairSide;
  /** Whose rules answer: those that a kube-proxy wrote; the ruleset is their outline. */
  readonly listing?: NonNullable<ListedSide['listing']>;
  /** Takes what has no answer, since a rule of the listing is not understood. */
  readonly onNotUnderstood?: NonNullable<FamilyPair['onNotUnderstood']>;
  /** Canonical, both families, as far as they are known. */
  readonly nodeAddresses: ReadonlySet<string>;
  /** CIDRs of pods that the node's options and Node objects name, both families. */
  readonly podNetworks: readonly string[];
  /** Names of pods' interfaces, which may end in `*`, that the node's options tell. */
  readonly podInterfaces?: readonly string[];
  /** The sysctl of a running kernel; absent: what natc apply would set it to. */
  readonly routeLocalnet?: boolean;
}

/** Everything that one family of a subject does to packets. */
export interface FamilySurvey {
  /** The subject is the side `after`; `before` has no rules, or is another subject. */
  readonly pair: FamilyPair;
  /**
   * Each kind of destination at which the sides differ for some kind of client, with what both do. Beside
   * an empty side these are all destinations that the subject does anything about.
   */
  readonly destinations: readonly ComparedDestination[];
  /** The same for a destination of the asker's choice. */
  readonly ask: AskDestination;
  readonly judgeClient: JudgeClient;
}

const nothing: SurveySubject = {
  ruleset: { tables: [] },
  nodeAddresses: new Set(),
  podNetworks: [],
};

/**
 * What a ruleset does to the first packet of every possible connection, by the classes of destinations and
 * clients that its rules and `asked` tell apart: the classes of a traffic diff, against a side without rules.
 *
 * @param asked networks whose clients or addresses are to be told apart from others
 * @param base compared with, instead of a side without rules: then only destinations that differ are found
 * @returns of each family that either side has rules for
 * @throws for rulesets of another shape than natc's
 */
export function surveyOf(
  subject: SurveySubject,
  asked: AskedNetworks,
  base: SurveySubject = nothing,
): readonly FamilySurvey[] {
  const known = new Set(
    [...subject.nodeAddresses, ...base.nodeAddresses].filter((address) => !isLoopback(address)),
  );
  const podNetworks = [...subject.podNetworks, ...base.podNetworks];
  // Where all is masqueraded, no rule has to know pods.
  const interfaces = [subject, base].flatMap(({ podInterfaces = [] }) => podInterfaces);
  const told: AskedNetworks = {
    ...asked,
    sources: new Set([...asked.sources, ...podNetworks]),
  };
  return trafficFamilies.flatMap((family): readonly FamilySurvey[] => {
    const compiled = pairFamily(family, base.ruleset, subject.ruleset, known);
    const { constants } = compiled;
    if (compiled.before.table === undefined && compiled.after.table === undefined) return [];
    const sides = [base, subject];
    const takers = sides.flatMap(({ onNotUnderstood }) => onNotUnderstood ?? []);
    const bare: FamilyPair = {
      ...compiled,
      isEveryDestinationTried: sides.some(({ listing }) => listing !== undefined),
      ...(takers.length > 0 && {
        onNotUnderstood: (destination, met) => {
          for (const take of takers) take(destination, met);
        },
      }),
      asked: told,
      constants: { ...constants, interfaces: new Set([...constants.interfaces, ...interfaces]) },
      before: sideOf(compiled, 'before', base),
      after: sideOf(compiled, 'after', subject),
    };
    const assumed = assumedNodeAddress(bare);
    const pair: FamilyPair =
      assumed === undefined
        ? bare
        : { ...bare, nodeAddresses: new Set([assumed]), isNodeKnown: false };
    return [
      {
        pair,
        destinations: compareFamily(pair),
        ask: destinationAsker(pair),
        judgeClient: judgeOfClients(pair, podNetworks),
      },
    ];
  });
}

function sideOf(
  pair: FamilyPair,
  which: 'before' | 'after',
  { answer, listing, routeLocalnet }: SurveySubject,
): PairSide {
  const own = pair[which];
  const side = listing !== undefined ? onListing(pair, own, listing) : (answer?.(pair, own) ?? own);
  return routeLocalnet === undefined ? side : { ...side, routeLocalnet };
}
