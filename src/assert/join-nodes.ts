import { onNodesWithin } from '../diff/nodes/wording.ts';
import type { Assertion } from './assertion.ts';
import type { AssertionVerdict, Breach } from './breach.ts';

/** How one node was judged. */
export interface NodeVerdicts {
  readonly node: string;
  readonly verdicts: readonly AssertionVerdict[];
}

/**
 * Joins the verdicts on several nodes: an assertion holds where it does on all. What breaks it alike on some is one
 * breach, with their names and the packet of the first.
 *
 * @param judged in the order of the nodes' names, each with the same assertions or some of them: a node's
 *   verdicts are let go before the next one's are asked for
 * @returns in the order of the assertions, without those that no node was judged by
 */
export function joinVerdicts(
  judged: Iterable<NodeVerdicts>,
  assertions: readonly Assertion[],
): readonly AssertionVerdict[] {
  const joined = new Map<Assertion, Joined>();
  for (const { node, verdicts } of judged) {
    for (const { assertion, breaches, remarks } of verdicts) {
      const known = joined.get(assertion) ?? newlyJoined();
      joined.set(assertion, known);
      known.nodes.push(node);
      for (const breach of breaches) addBreach(known.breaches, breach, node);
      for (const remark of remarks)
        known.remarks.set(remark, [...(known.remarks.get(remark) ?? []), node]);
    }
  }
  return assertions.flatMap((assertion): readonly AssertionVerdict[] => {
    const found = joined.get(assertion);
    return found === undefined ? [] : [verdictOf(assertion, found)];
  });
}

interface Joined {
  readonly nodes: string[];
  readonly breaches: Map<string, JoinedBreach>;
  readonly remarks: Map<string, readonly string[]>;
}

interface JoinedBreach {
  /** That of the first node. */
  readonly breach: Breach;
  readonly nodes: string[];
  /** Whether it is told in the same words on all of them. */
  hasOneText: boolean;
}

function verdictOf(assertion: Assertion, { nodes, breaches, remarks }: Joined): AssertionVerdict {
  return {
    assertion,
    nodes,
    breaches: [...breaches.values()].map(({ breach, hasOneText, nodes: own }) => ({
      ...breach,
      text: hasOneText ? breach.text : (breach.textOnNodes ?? breach.text),
      nodes: own,
    })),
    remarks: [...remarks].map(([remark, own]) =>
      own.length === nodes.length ? remark : `${remark} ${onNodesWithin(own, nodes.length)}`,
    ),
  };
}

const newlyJoined = (): Joined => ({ nodes: [], breaches: new Map(), remarks: new Map() });

function addBreach(breaches: Map<string, JoinedBreach>, breach: Breach, node: string): void {
  const { origin, service, text, textOnNodes } = breach;
  const { object, path } = origin ?? {};
  const key = JSON.stringify([
    [textOnNodes ?? text, service],
    object && [object.source.name, object.extent.start, object.extent.path, path],
  ]);
  const known = breaches.get(key);
  if (known === undefined) {
    breaches.set(key, { breach, nodes: [node], hasOneText: true });
    return;
  }
  // Of both families on one node, it is the same twice.
  if (known.nodes.at(-1) !== node) known.nodes.push(node);
  known.hasOneText &&= known.breach.text === text;
}
