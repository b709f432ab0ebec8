/** Chains of anybody, as nft lists them. */
import type { IpFamily } from '../../net/family.ts';
import type { ForwardStep } from '../../packet/forward-step.ts';

/** A chain as `nft -t list chains` names it; its rules are not listed. */
export interface ListedChain {
  readonly name: string;
  /** What makes it a base chain; undefined: others jump to it. */
  readonly base:
    | {
        /** `forward` */
        readonly hook: string;
        /** As nft prints it: `filter`, `filter + 10`. */
        readonly priority: string;
        readonly policy: string | undefined;
      }
    | undefined;
}

export interface TableChains {
  /** `ip`, `inet`, `bridge`, … */
  readonly family: string;
  readonly name: string;
  readonly chains: readonly ListedChain[];
}

/** Reads what `nft -t list chains` prints. */
export function parseChains(listing: string): readonly TableChains[] {
  return listing.split(/^table /m).flatMap((text) => {
    const [, family, name] = /^(\S+) (\S+) \{/.exec(text) ?? [];
    if (family === undefined || name === undefined) return [];
    return [{ family, name, chains: [...text.matchAll(chainPattern)].map(chainOf) }];
  });
}

const chainPattern = /^\tchain (\S+) \{\n((?:\t\t.*\n)*)/gm;

const basePattern =
  /^\t\ttype \S+ hook (\S+) (?:device .* )?priority ([^;]+);(?: flags [^;]+;)*(?: policy (\w+);)?/m;

function chainOf([, name = '', body = '']: RegExpExecArray): ListedChain {
  const [, hook, priority, policy] = basePattern.exec(body) ?? [];
  return hook === undefined || priority === undefined
    ? { name, base: undefined }
    : { name, base: { hook, priority, policy } };
}

/**
 * The rules of the one chain that nft lists.
 *
 * @param family whose packets; a rule for the other family's is `other`
 * @returns undefined where no chain is listed
 */
export function forwardSteps(
  listing: string,
  family: IpFamily,
): readonly ForwardStep[] | undefined {
  const body = /^\tchain \S+ \{\n([\s\S]*?)^\t\}/m.exec(listing)?.[1];
  return body?.split('\n').map((line) => nftStep(line, family));
}

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
