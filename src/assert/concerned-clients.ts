import { shorten } from '../diff/wording.ts';
import { admittedSources, type NodeSources } from '../reach/admitted.ts';
import { groupWords } from '../reach/clients.ts';
import type { ClientSelection, Clients } from './assertion.ts';
import type { MatchedClient } from './match-clients.ts';

const mostNamed = 3;

/** A class of clients of a statement, and whether it is one that breaks it. */
export interface Concern {
  readonly matched: MatchedClient;
  readonly isBroken: boolean;
}

/**
 * Whom a breach is about, of those that the statement is about: all of them, in its words, or networks and addresses.
 *
 * @param node asked where some of the node's own addresses are concerned and others are not
 */
export function concernedWords(
  concerns: readonly Concern[],
  from: ClientSelection | undefined,
  node: NodeSources,
): string {
  const broken = concerns.filter(({ isBroken }) => isBroken);
  if (broken.length === concerns.length) return from === undefined ? 'all' : selectionWords(from);
  const isNamed = broken.every(({ matched }) => matched.source === matched.result.client.address);
  const texts = isNamed
    ? admittedSources(
        concerns.map(({ matched, isBroken }) => ({
          client: matched.result.client,
          isAnswered: isBroken,
        })),
        node,
      )
    : broken.map(({ matched }) => matched.source);
  return shorten([...new Set(texts)], mostNamed);
}

/** `clients outside, endpoints of shop/*` */
export const selectionWords = ({ groups, except }: ClientSelection): string =>
  `${groups.map(clientsWords).join(', ')}${except.length === 0 ? '' : ` except ${except.map(clientsWords).join(', ')}`}`;

const clientsWords = (clients: Clients): string =>
  clients.kind === 'endpoints' ? `endpoints of ${clients.services}` : groupWords(clients);
