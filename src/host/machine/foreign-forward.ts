import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { forwardStepOf } from '../../iptables/rule-text.ts';
import { type IpFamily, ipFamilies } from '../../net/family.ts';
import { tableName } from '../../nftables/names.ts';
import { forwardSteps, parseChains, type TableChains } from '../../nftables/parse/listed-chains.ts';
import type { ForwardStep } from '../../packet/forward-step.ts';
import { acceptsTranslated } from './forward-rules.ts';
import { describeRun, type Host, type RunResult, succeeded } from './host.ts';
import { findIptables, isTools, plainCommand, variantCommand } from './iptables-tools.ts';
import { chainReader, type ReadChains } from './kernel-chains.ts';

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
  /** Whether that is because a program failed, which it need not the next time. */
  readonly hasFailed: boolean;
}

const chainFamilies: readonly ChainFamily[] = ['ip', 'ip6', 'inet'];

const packetsOf: Readonly<Record<ChainFamily, readonly IpFamily[]>> = {
  ip: ['IPv4'],
  ip6: ['IPv6'],
  inet: ipFamilies,
};

/**
 * Looks for base chains of others at the forward hook with the policy drop, and reads the rules of these.
 *
 * @param families whose packets natc forwards
 * @param chains those of all tables
 */
export async function foreignForward(
  host: Host,
  families: readonly IpFamily[],
  chains: ReadChains = chainReader(host),
): Promise<ForeignForward> {
  if (families.length === 0) return nothing;
  return joined([
    ...(await nftLooks(host, families, chains)),
    ...(await Promise.all(families.map((family) => legacyLook(host, family)))),
  ]);
}

const nothing: ForeignForward = { chains: [], notLookedAt: [], hasFailed: false };

const joined = (looks: readonly ForeignForward[]): ForeignForward => ({
  chains: looks.flatMap(({ chains }) => chains),
  notLookedAt: looks.flatMap(({ notLookedAt }) => notLookedAt),
  hasFailed: looks.some(({ hasFailed }) => hasFailed),
});

const found = (chain: DropChain): ForeignForward => ({ ...nothing, chains: [chain] });

const notLooked = (what: string, result: RunResult): ForeignForward => ({
  chains: [],
  notLookedAt: [`${what}: ${describeRun(result)}`],
  hasFailed: result.kind !== 'not-started',
});

async function nftLooks(
  host: Host,
  families: readonly IpFamily[],
  chains: ReadChains,
): Promise<readonly ForeignForward[]> {
  const listed = await chains();
  if (listed.kind === 'listed') return [await rulesOf(host, listed.tables, families)];
  const all = listed.result;
  if (all.kind === 'not-started')
    return [
      notLooked('nft -t list chains', all),
      ...(await Promise.all(families.map((family) => iptablesNftLook(host, family)))),
    ];
  // A kernel without nf_tables has no chains of it.
  if (all.kind === 'exited' && /not supported/.test(all.stderr)) return [];
  // One family's tables may be what nft crashes on.
  return Promise.all(
    chainFamilies
      .filter((family) => packetsOf[family].some((each) => families.includes(each)))
      .map(async (family) => {
        const result = await host.run('nft', ['-t', 'list', 'chains', family]);
        return result.kind === 'exited' && succeeded(result)
          ? rulesOf(host, parseChains(result.stdout), families)
          : notLooked(`nft -t list chains ${family}`, result);
      }),
  );
}

type FoundChain = Omit<DropChain, 'drops' | 'program'>;

/** Those at the forward hook with the policy drop, natc's own left out. */
export function dropChainsIn(tables: readonly TableChains[]): readonly FoundChain[] {
  return tables.flatMap(({ family, name: table, chains }) => {
    if (!isChainFamily(family) || (table === tableName && family !== 'inet')) return [];
    const hasDockerUser = chains.some(({ name }) => name === 'DOCKER-USER');
    return chains.flatMap(({ name: chain, base }) =>
      base?.hook === 'forward' && base.policy === 'drop'
        ? [{ family, table, chain, priority: base.priority, hasDockerUser }]
        : [],
    );
  });
}

const isChainFamily = (family: string): family is ChainFamily =>
  chainFamilies.some((each) => each === family);

async function rulesOf(
  host: Host,
  tables: readonly TableChains[],
  families: readonly IpFamily[],
): Promise<ForeignForward> {
  return joined(
    await Promise.all(dropChainsIn(tables).map((chain) => lookAt(host, chain, families))),
  );
}

/** nft prints what iptables-nft matched not as iptables means it, so iptables-nft is asked where it can be. */
async function lookAt(
  host: Host,
  listed: FoundChain,
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
    if (accepts === false) return found({ ...listed, program: 'iptables-nft', drops: packets });
  }
  const read = nftReader(host, family, table);
  const drops: IpFamily[] = [];
  for (const each of packets) {
    const accepts = await acceptsTranslated(chain, read(each));
    if (accepts === undefined)
      return {
        chains: [],
        notLookedAt: [`nft list chain ${family} ${table} ${chain}: no answer`],
        hasFailed: true,
      };
    if (!accepts) drops.push(each);
  }
  return drops.length === 0 ? nothing : found({ ...listed, program: 'nft', drops });
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
    return forwardSteps(result.stdout, packets);
  };
}

const iptablesReader =
  (host: Host, command: string): Reader =>
  async (chain) => {
    const result = await host.run(command, ['-t', 'filter', '-S', chain]);
    if (result.kind !== 'exited' || !succeeded(result)) return undefined;
    return result.stdout.split('\n').map(forwardStepOf);
  };

/** Asking iptables-legacy where nobody uses it would load its modules. */
async function legacyLook(host: Host, family: IpFamily): Promise<ForeignForward> {
  const names = await host.readFile(`/proc/net/${nftFamilyOf[family]}_tables_names`);
  if (names?.split('\n').includes('filter') !== true) return nothing;
  return iptablesLook(host, family, await legacyCommand(host, family), 'iptables-legacy');
}

/** What is left where there is no nft: tables that are not those of iptables stay unseen. */
async function iptablesNftLook(host: Host, family: IpFamily): Promise<ForeignForward> {
  const command = variantCommand(plainCommand[family], 'nf_tables');
  const look = await iptablesLook(host, family, command, 'iptables-nft');
  return look.hasFailed ? look : { ...look, notLookedAt: [] };
}

const nftFamilyOf: Readonly<Record<IpFamily, 'ip' | 'ip6'>> = { IPv4: 'ip', IPv6: 'ip6' };

async function iptablesLook(
  host: Host,
  family: IpFamily,
  command: string,
  program: DropChain['program'],
): Promise<ForeignForward> {
  const args = ['-t', 'filter', '-S', 'FORWARD'];
  const result = await host.run(command, args);
  if (result.kind !== 'exited' || !succeeded(result))
    return notLooked(`${command} ${args.join(' ')}`, result);
  if (!result.stdout.startsWith('-P FORWARD DROP')) return nothing;
  const accepts = await acceptsTranslated('FORWARD', iptablesReader(host, command));
  if (accepts === undefined) return notLooked(`${command} ${args.join(' ')}`, result);
  if (accepts) return nothing;
  const dockerUser = await host.run(command, ['-t', 'filter', '-S', 'DOCKER-USER']);
  return found({
    program,
    family: nftFamilyOf[family],
    table: 'filter',
    chain: 'FORWARD',
    priority: 'filter',
    drops: [family],
    hasDockerUser: succeeded(dockerUser),
  });
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
