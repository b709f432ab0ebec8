import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { type IpFamily, ipFamilies } from '../net/family.ts';
import { tableName } from '../ruleset/nftables/names.ts';
import { acceptsTranslated, type ForwardStep, iptablesStep, nftStep } from './forward-rules.ts';
import { describeRun, type Host, type RunResult, succeeded } from './host.ts';
import { findIptables, isTools, plainCommand, variantCommand } from './iptables-tools.ts';

/** A base chain of somebody else at the forward hook that drops what its rules do not accept. */
export interface DropChain {
  /** Through what it can be changed. */
  readonly program: 'nft' | 'iptables-nft' | 'iptables-legacy';
  readonly family: ChainFamily;
  readonly table: string;
  readonly chain: string;
  /** As nft prints it: `filter`, `filter + 10`. */
  readonly priority: string;
  /** Whose packets it may drop; never empty. */
  readonly drops: readonly IpFamily[];
  /** Docker's chain for rules of others is in the same table. */
  readonly hasDockerUser: boolean;
}

export type ChainFamily = 'ip' | 'ip6' | 'inet';

/** What others do to forwarded packets. A verdict `accept` of natc does not bind their chains. */
export interface ForeignForward {
  readonly chains: readonly DropChain[];
  /** What could not be looked at, in words: `nft -t list chains inet: killed by SIGSEGV`. */
  readonly notLookedAt: readonly string[];
}

const chainFamilies: readonly ChainFamily[] = ['ip', 'ip6', 'inet'];

const packetsOf: Readonly<Record<ChainFamily, readonly IpFamily[]>> = {
  ip: ['IPv4'],
  ip6: ['IPv6'],
  inet: ipFamilies,
};

/**
 * Looks for base chains of others at the forward hook with the policy drop. Chains are listed without
 * their rules, which takes nft 1.0.6 some milliseconds beside tables with 20,000 Services, and does not
 * make it read rules and sets that it might crash on; only the rules of those that drop are read.
 *
 * @param families whose packets natc forwards
 */
export async function foreignForward(
  host: Host,
  families: readonly IpFamily[],
): Promise<ForeignForward> {
  if (families.length === 0) return { chains: [], notLookedAt: [] };
  const looks = [
    ...(await nftLooks(host, families)),
    ...(await Promise.all(families.map((family) => legacyLook(host, family)))),
  ];
  return {
    chains: looks.flatMap(({ chains }) => chains),
    notLookedAt: looks.flatMap(({ notLookedAt }) => notLookedAt),
  };
}

const nothing: ForeignForward = { chains: [], notLookedAt: [] };

const notLooked = (what: string, result: RunResult): ForeignForward => ({
  chains: [],
  notLookedAt: [`${what}: ${describeRun(result)}`],
});

async function nftLooks(
  host: Host,
  families: readonly IpFamily[],
): Promise<readonly ForeignForward[]> {
  const all = await host.run('nft', ['-t', 'list', 'chains']);
  if (all.kind === 'exited' && succeeded(all)) return [await rulesOf(host, all.stdout, families)];
  if (all.kind === 'not-started') return [notLooked('nft -t list chains', all)];
  // One family's tables may be what nft crashes on.
  return Promise.all(
    chainFamilies
      .filter((family) => packetsOf[family].some((each) => families.includes(each)))
      .map(async (family) => {
        const result = await host.run('nft', ['-t', 'list', 'chains', family]);
        return result.kind === 'exited' && succeeded(result)
          ? rulesOf(host, result.stdout, families)
          : notLooked(`nft -t list chains ${family}`, result);
      }),
  );
}

type ListedChain = Omit<DropChain, 'drops' | 'program'>;

/** The dropping ones of a listing of chains. */
export function dropChainsIn(listing: string): readonly ListedChain[] {
  return listing.split(/^table /m).flatMap((text) => {
    const [, family, table] = /^(ip6?|inet) (\S+) \{/.exec(text) ?? [];
    if (family === undefined || table === undefined) return [];
    if (table === tableName && family !== 'inet') return [];
    const hasDockerUser = text.includes('\tchain DOCKER-USER {');
    const base =
      /^\tchain (\S+) \{\n(?:\t\t(?!type ).*\n)*\t\ttype filter hook forward (?:device .* )?priority ([^;]+);(?: flags [^;]+;)* policy drop;/gm;
    return [...text.matchAll(base)].map(([, chain = '', priority = '']) => ({
      ...{ family: family as ChainFamily, table, chain, priority, hasDockerUser },
    }));
  });
}

async function rulesOf(
  host: Host,
  listing: string,
  families: readonly IpFamily[],
): Promise<ForeignForward> {
  const looks = await Promise.all(
    dropChainsIn(listing).map((chain) => lookAt(host, chain, families)),
  );
  return {
    chains: looks.flatMap(({ chains }) => chains),
    notLookedAt: looks.flatMap(({ notLookedAt }) => notLookedAt),
  };
}

/** nft prints what iptables-nft matched not as iptables means it, so iptables-nft is asked where it can be. */
async function lookAt(
  host: Host,
  listed: ListedChain,
  families: readonly IpFamily[],
): Promise<ForeignForward> {
  const { family, table, chain } = listed;
  const packets = packetsOf[family].filter((each) => families.includes(each));
  const [first] = packets;
  if (first === undefined) return nothing;
  if (family !== 'inet' && table === 'filter' && chain === 'FORWARD') {
    const command = variantCommand(plainCommand[first], 'nf_tables');
    const accepts = await acceptsTranslated(chain, iptablesReader(host, command));
    if (accepts === true) return nothing;
    if (accepts === false)
      return { chains: [{ ...listed, program: 'iptables-nft', drops: packets }], notLookedAt: [] };
  }
  const read = nftReader(host, family, table);
  const drops: IpFamily[] = [];
  for (const each of packets) {
    const accepts = await acceptsTranslated(chain, read(each));
    if (accepts === undefined)
      return { chains: [], notLookedAt: [`nft list chain ${family} ${table} ${chain}: no answer`] };
    if (!accepts) drops.push(each);
  }
  return drops.length === 0
    ? nothing
    : { chains: [{ ...listed, program: 'nft', drops }], notLookedAt: [] };
}

type Reader = (chain: string) => Promise<readonly ForwardStep[] | undefined>;

function nftReader(host: Host, family: ChainFamily, table: string): (packets: IpFamily) => Reader {
  const listings = new Map<string, Promise<RunResult>>();
  return (packets) => async (chain) => {
    const args = ['-t', 'list', 'chain', family, table, chain];
    const listing = listings.get(chain) ?? host.run('nft', args);
    listings.set(chain, listing);
    const result = await listing;
    if (result.kind !== 'exited' || !succeeded(result)) return undefined;
    const body = /^\tchain \S+ \{\n([\s\S]*?)^\t\}/m.exec(result.stdout)?.[1];
    return body?.split('\n').map((line) => nftStep(line, packets));
  };
}

const iptablesReader =
  (host: Host, command: string): Reader =>
  async (chain) => {
    const result = await host.run(command, ['-t', 'filter', '-S', chain]);
    if (result.kind !== 'exited' || !succeeded(result)) return undefined;
    return result.stdout.split('\n').map(iptablesStep);
  };

/** Asking iptables-legacy where nobody uses it would load its modules. */
async function legacyLook(host: Host, family: IpFamily): Promise<ForeignForward> {
  const nft = family === 'IPv4' ? 'ip' : 'ip6';
  const names = await host.readFile(`/proc/net/${nft}_tables_names`);
  if (names?.split('\n').includes('filter') !== true) return nothing;
  const command = await legacyCommand(host, family);
  const args = ['-t', 'filter', '-S', 'FORWARD'];
  const result = await host.run(command, args);
  if (result.kind !== 'exited' || !succeeded(result))
    return notLooked(`${command} ${args.join(' ')}`, result);
  if (!result.stdout.startsWith('-P FORWARD DROP')) return nothing;
  const accepts = await acceptsTranslated('FORWARD', iptablesReader(host, command));
  if (accepts === undefined) return notLooked(`${command} ${args.join(' ')}`, result);
  const dockerUser = await host.run(command, ['-t', 'filter', '-S', 'DOCKER-USER']);
  const chain: DropChain = {
    program: 'iptables-legacy',
    family: nft,
    table: 'filter',
    chain: 'FORWARD',
    priority: 'filter',
    drops: [family],
    hasDockerUser: succeeded(dockerUser),
  };
  return { chains: accepts ? [] : [chain], notLookedAt: [] };
}

/** Before 1.8 `iptables` was what is now called iptables-legacy. */
async function legacyCommand(host: Host, family: IpFamily): Promise<string> {
  const command = variantCommand(plainCommand[family], 'legacy');
  const version = await host.run(command, ['-V']);
  if (version.kind !== 'not-started') return command;
  const tools = await findIptables(host);
  return isTools(tools) && tools.variant === 'legacy' ? plainCommand[family] : command;
}

/** `table inet fw, chain forward`; `chain FORWARD of ip6tables-legacy`. */
export const dropChainName = ({ program, family, table, chain }: DropChain): string =>
  program === 'iptables-legacy'
    ? `chain ${chain} of ${family === 'ip' ? 'iptables-legacy' : 'ip6tables-legacy'}`
    : `table ${family} ${table}, chain ${chain}`;

/** A warning for each. */
export const warningsOfForward = ({ chains }: ForeignForward): readonly Diagnostic[] =>
  chains.map((each) => ({
    code: 'NATC5087',
    severity: 'warning',
    message: `${dropChainName(each)} (hook forward, priority ${each.priority}, policy drop) may drop the ${each.drops.join(' and ')} packets that natc sends to pods: it has no rule that accepts all translated connections`,
    places: [],
    hint: `${remedyFor(each)}; natc explain-code NATC5087 tells of Docker and firewalld`,
  }));

/** The same for somebody who asks what happens to one packet. */
export const notWalked = ({ chains, notLookedAt }: ForeignForward): readonly string[] => [
  ...chains.map(
    (each) =>
      `${dropChainName(each)} (hook forward, priority ${each.priority}, policy drop): may drop what is forwarded to a pod (NATC5087)`,
  ),
  ...notLookedAt.map((what) => `chains of others at the hook forward: ${what}`),
];

/** The command that makes the chain accept what natc translated. */
function remedyFor({ program, family, table, chain, hasDockerUser }: DropChain): string {
  if (program === 'nft') return `nft insert rule ${family} ${table} ${chain} ct status dnat accept`;
  const command = variantCommand(
    family === 'ip' ? 'iptables' : 'ip6tables',
    program === 'iptables-legacy' ? 'legacy' : 'nf_tables',
  );
  const where = hasDockerUser ? 'DOCKER-USER' : chain;
  return `${command} -I ${where} -m conntrack --ctstate DNAT -j ACCEPT`;
}
