import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { ruleDestination } from '../../iptables/rule-text.ts';
import { listedDestinations, listedKeys } from '../../nftables/parse/listed-keys.ts';
import { type Host, succeeded } from './host.ts';
import {
  chainIsListed,
  chainReader,
  type KernelChains,
  type ReadChains,
  tableIsListed,
} from './kernel-chains.ts';

/** Another service proxy on this host, and the addresses it serves. */
interface OtherProxy {
  /** e.g. `kube-proxy (nftables: table ip kube-proxy)` */
  readonly name: string;
  readonly addresses: ReadonlySet<string>;
}

/**
 * Looks for the rules of a kube-proxy. Two proxies are a warning; two that serve the same addresses
 * are an error, or a warning with `force`. Only the one map or chain that names a kube-proxy's addresses
 * is listed.
 *
 * @param own gives the addresses that natc serves, or is to
 * @param chains those of all tables
 */
export async function otherProxies(
  host: Host,
  own: () => ReadonlySet<string>,
  force: boolean,
  chains: ReadChains = chainReader(host),
): Promise<readonly Diagnostic[]> {
  const proxies = await findProxies(host, await chains());
  if (proxies.length === 0) return [];
  const served = own();
  return proxies.map(({ name, addresses }): Diagnostic => {
    const shared = [...addresses].filter((address) => served.has(address));
    if (shared.length === 0)
      return {
        code: 'NATC5027',
        severity: 'warning',
        message: `a second service proxy is active: ${name}`,
        places: [],
        hint: 'if it was stopped, remove its rules: kube-proxy --cleanup',
      };
    const more = shared.length > 3 ? ` and ${shared.length - 3} more` : '';
    return {
      code: 'NATC5028',
      severity: force ? 'warning' : 'error',
      message: `${name} serves the same addresses: ${shared.slice(0, 3).join(', ')}${more}`,
      places: [],
      hint: 'stop it and remove its rules (kube-proxy --cleanup), or apply with --force',
    };
  });
}

/** Asks by name for what a kube-proxy would have, where it is listed or nothing could be. */
async function findProxies(host: Host, chains: KernelChains): Promise<readonly OtherProxy[]> {
  const found = await Promise.all(
    (['ip', 'ip6'] as const).flatMap((family) => [
      tableIsListed(chains, family, 'kube-proxy') === false
        ? undefined
        : nftablesProxy(host, family),
      chainIsListed(chains, family, 'nat', 'KUBE-SERVICES') === false
        ? undefined
        : iptablesNftProxy(host, family),
      iptablesLegacyProxy(host, family),
    ]),
  );
  return found.filter((proxy) => proxy !== undefined);
}

type Family = 'ip' | 'ip6';

async function nftablesProxy(host: Host, family: Family): Promise<OtherProxy | undefined> {
  const result = await host.run('nft', ['list', 'map', family, 'kube-proxy', 'service-ips']);
  if (result.kind !== 'exited' || !result.stdout.includes('map service-ips {')) return undefined;
  return {
    name: `kube-proxy (table ${family} kube-proxy)`,
    addresses: new Set(listedKeys(result.stdout).flatMap(([address = '']) => address)),
  };
}

async function iptablesNftProxy(host: Host, family: Family): Promise<OtherProxy | undefined> {
  const result = await host.run('nft', ['list', 'chain', family, 'nat', 'KUBE-SERVICES']);
  if (result.kind !== 'exited' || !result.stdout.includes('chain KUBE-SERVICES {'))
    return undefined;
  return {
    name: `kube-proxy (table ${family} nat, chain KUBE-SERVICES)`,
    addresses: new Set(listedDestinations(result.stdout)),
  };
}

/** Asking iptables-legacy where nobody uses it would load its modules. */
async function iptablesLegacyProxy(host: Host, family: Family): Promise<OtherProxy | undefined> {
  const tables = await host.readFile(`/proc/net/${family}_tables_names`);
  if (tables?.split('\n').includes('nat') !== true) return undefined;
  const command = family === 'ip' ? 'iptables-legacy' : 'ip6tables-legacy';
  const result = await host.run(command, ['-t', 'nat', '-S', 'KUBE-SERVICES']);
  if (result.kind !== 'exited' || !succeeded(result)) return undefined;
  return {
    name: `kube-proxy (${command}, chain KUBE-SERVICES)`,
    addresses: new Set(result.stdout.split('\n').flatMap((line) => ruleDestination(line) ?? [])),
  };
}
