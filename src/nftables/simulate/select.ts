import type { L4Proto } from '../../net/family.ts';
import type { RandomNumber, Selector } from '../ast.ts';
import type { PacketState } from './state.ts';

/** One of the keys that a statement may look up, and how likely it is. */
export interface SelectedKey {
  readonly key: readonly (string | number)[];
  readonly probability: number;
}

/**
 * The keys that a concatenation of selectors gives for a packet: one, unless a random number is among
 * them.
 *
 * @returns undefined when the packet lacks one of them: the rule then ends (NFT_BREAK).
 */
export function selectKeys(
  selectors: readonly Selector[],
  state: PacketState,
): readonly SelectedKey[] | undefined {
  let keys: readonly SelectedKey[] = [{ key: [], probability: 1 }];
  for (const selector of selectors) {
    const values = selectValues(selector, state);
    if (values === undefined) return undefined;
    keys =
      values.length === 1
        ? keys.map(({ key, probability }) => ({ key: [...key, ...values], probability }))
        : keys.flatMap(({ key, probability }) =>
            values.map((value) => ({
              key: [...key, value],
              probability: probability / values.length,
            })),
          );
  }
  return keys;
}

function selectValues(
  selector: Selector,
  state: PacketState,
): readonly (string | number)[] | undefined {
  if (typeof selector !== 'string') return Array.from({ length: selector.modulus }, (_, i) => i);
  const value = selectField(selector, state);
  return value === undefined ? undefined : [value];
}

/** The value of a selector; undefined when the packet lacks it. */
export function selectField(
  selector: Exclude<Selector, RandomNumber>,
  { packet, original }: PacketState,
): string | number | undefined {
  switch (selector) {
    case 'saddr':
      return packet.source;
    case 'daddr':
      return packet.destination;
    case 'l4proto':
      return packet.protocol;
    case 'th dport':
      return packet.destinationPort;
    case 'tcp dport':
      return portOf('tcp');
    case 'udp dport':
      return portOf('udp');
    case 'sctp dport':
      return portOf('sctp');
    case 'ct original daddr':
      return original.destination;
    case 'ct original proto-dst':
      return original.destinationPort;
  }
  // nft puts a match of the protocol before a protocol's own port.
  function portOf(protocol: L4Proto): number | undefined {
    return packet.protocol === protocol ? packet.destinationPort : undefined;
  }
}
