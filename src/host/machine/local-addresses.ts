import { parseAddress } from '../../net/address.ts';
import type { Host } from './host.ts';

/**
 * The addresses that the kernel takes packets for, loopback included, canonical: the FIB's local
 * entries, which is what `fib daddr type local` asks. Empty where /proc is not to be read.
 */
export async function localAddresses(host: Host): Promise<ReadonlySet<string>> {
  const [fibTrie, ifInet6] = await Promise.all([
    host.readFile('/proc/net/fib_trie'),
    host.readFile('/proc/net/if_inet6'),
  ]);
  return new Set([...ipv4Addresses(fibTrie ?? ''), ...ipv6Addresses(ifInet6 ?? '')]);
}

/** A leaf `|-- 192.168.0.2` with `/32 host LOCAL` below it. */
const ipv4Addresses = (fibTrie: string): readonly string[] =>
  [...fibTrie.matchAll(/\|-- (\S+)\n\s+\/32 host LOCAL/g)].flatMap(([, address]) => address ?? []);

/** Each line begins with 32 hexadecimal digits. */
const ipv6Addresses = (ifInet6: string): readonly string[] =>
  [...ifInet6.matchAll(/^([0-9a-f]{32}) /gm)].flatMap(
    ([, digits = '']) => parseAddress((digits.match(/.{4}/g) ?? []).join(':'))?.text ?? [],
  );
