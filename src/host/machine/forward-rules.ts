import type { IpFamily } from '../../net/family.ts';

/** What one rule of a chain does to a forwarded packet of a connection whose destination was translated. */
export type ForwardStep =
  | { readonly kind: 'accept' | 'drop' | 'return' }
  /** All packets of the family go there; with `goto` they do not come back. */
  | { readonly kind: 'call'; readonly chain: string; readonly isGoto: boolean }
  /** It depends on something else. */
  | { readonly kind: 'other' };

const other: ForwardStep = { kind: 'other' };

/** `ct status dnat`, however nft prints it; sets (`{ dnat }`) compare the whole status, so they are none. */
const dnatStatus =
  /^ct status (?:(?:[a-z-]+,)*dnat(?:,[a-z-]+)*|& dnat == dnat|& dnat != 0(?:x0)?) /;

const nftFamily: Readonly<Record<IpFamily, RegExp>> = {
  IPv4: /^meta nfproto ipv4 /,
  IPv6: /^meta nfproto ipv6 /,
};

/**
 * Reads a rule as `nft list chain` prints it.
 *
 * @param family whose packets; a rule for the other family's is `other`
 */
export function nftStep(line: string, family: IpFamily): ForwardStep {
  const rule = `${line
    .trim()
    .replace(/ comment "(?:\\.|[^"\\])*"$/, '')
    .replace(/\bcounter (?:packets \d+ bytes \d+|name "?[^ "]+"?)( |$)/g, '$1')
    .replace(/\blog(?: prefix "(?:\\.|[^"\\])*"| (?:level|group|snaplen|queue-threshold) \w+)*/, '')
    .replace(/ {2,}/g, ' ')
    .trim()} `.replace(nftFamily[family], '');
  const verdict = rule.replace(dnatStatus, '').trim();
  if (verdict === 'accept') return { kind: 'accept' };
  // What only drops translated packets drops all of them; a translated one with ICMP's answer too.
  if (/^(?:drop|reject(?: with .+)?)$/.test(verdict)) return { kind: 'drop' };
  if (verdict === 'return') return { kind: 'return' };
  const [, word, chain] = /^(jump|goto) (\S+)$/.exec(verdict) ?? [];
  return chain === undefined ? other : { kind: 'call', chain, isGoto: word === 'goto' };
}

/** The same of a line that `iptables -S` prints; `-P` and `-N` are `other`. */
export function iptablesStep(line: string): ForwardStep {
  const [, , ...words] = line.match(/"(?:\\.|[^"\\])*"|\S+/g) ?? [];
  if (!line.startsWith('-A ')) return other;
  const left = words
    .join(' ')
    .replace(/(?:^| )-m comment --comment (?:"(?:\\.|[^"\\])*"|\S+)/, '')
    .replace(/(?:^| )-m conntrack --ctstate (?:[A-Z]+,)*DNAT(?:,[A-Z]+)*(?= )/, '')
    .trim();
  const [, flag, target] = /^(-j|-g) (\S+)(?: --reject-with \S+)?$/.exec(left) ?? [];
  switch (target) {
    case undefined:
    case 'LOG':
    case 'NFLOG':
      return other;
    case 'ACCEPT':
      return { kind: 'accept' };
    case 'DROP':
    case 'REJECT':
      return { kind: 'drop' };
    case 'RETURN':
      return { kind: 'return' };
    default:
      return { kind: 'call', chain: target, isGoto: flag === '-g' };
  }
}

/** Chains in chains are followed so far. */
const mostChains = 32;

/**
 * Whether a base chain accepts every connection whose destination was translated: by a rule that asks
 * for nothing else, in it or in a chain that all packets go through. What is dropped before on some
 * other condition was meant to be.
 *
 * @param read the steps of a chain; undefined when they cannot be read
 * @returns undefined when it cannot be told
 */
export async function acceptsTranslated(
  chain: string,
  read: (chain: string) => Promise<readonly ForwardStep[] | undefined>,
): Promise<boolean | undefined> {
  let chains = 0;
  const walk = async (name: string): Promise<Fate> => {
    chains += 1;
    if (chains > mostChains) return 'falls';
    const steps = await read(name);
    if (steps === undefined) return 'unknown';
    for (const step of steps) {
      switch (step.kind) {
        case 'accept':
          return 'accepted';
        case 'drop':
          return 'dropped';
        case 'return':
          return 'falls';
        case 'call': {
          const fate = await walk(step.chain);
          if (fate !== 'falls' || step.isGoto) return fate;
          break;
        }
        case 'other':
          break;
      }
    }
    return 'falls';
  };
  const fate = await walk(chain);
  return fate === 'unknown' ? undefined : fate === 'accepted';
}

type Fate = 'accepted' | 'dropped' | 'falls' | 'unknown';
