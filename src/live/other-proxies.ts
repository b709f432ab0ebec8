import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { CanonicalRuleset } from '../ruleset/canonical.ts';
import { collections } from '../ruleset/nftables/names.ts';
import { type Host, succeeded } from './host.ts';

/** Another service proxy on this host, and the addresses it serves. */
interface OtherProxy {
  /** e.g. `kube-proxy (nftables: table ip kube-proxy)` */
  readonly name: string;
  readonly addresses: ReadonlySet<string>;
}

/**
 * Looks for the rules of a kube-proxy. Two proxies are a warning; two that serve the same addresses
 * are an error, or a warning with `force`. Costs one `nft list tables` where there is no other proxy;
 * where there is one, only the one map or chain that names its addresses is listed.
 */
export async function otherProxies(
  host: Host,
  wanted: CanonicalRuleset,
  force: boolean,
): Promise<readonly Diagnostic[]> {
  const proxies = await findProxies(host);
  if (proxies.length === 0) return [];
  const own = servedAddresses(wanted);
  return proxies.map(({ name, addresses }): Diagnostic => {
    const shared = [...addresses].filter((address) => own.has(address));
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

/** The addresses of Services that a ruleset has rules for. */
export function servedAddresses({ tables }: CanonicalRuleset): ReadonlySet<string> {
  const addresses = new Set<string>();
  for (const table of tables)
    for (const name of [collections.services, collections.refusedServices])
      for (const key of table.collections.get(name)?.elements.keys() ?? [])
        addresses.add(key.slice(0, key.indexOf(' ')));
  return addresses;
}

async function findProxies(host: Host): Promise<readonly OtherProxy[]> {
  const listing = await host.run('nft', ['list', 'tables']);
  const tables = listing.kind === 'exited' ? listing.stdout.split('\n') : [];
  const found: OtherProxy[] = [];
  for (const family of ['ip', 'ip6'] as const) {
    const command = family === 'ip' ? 'iptables' : 'ip6tables';
    if (tables.includes(`table ${family} kube-proxy`))
      found.push(await nftablesProxy(host, family));
    // Asking iptables for a table that is not there would make it.
    if (tables.includes(`table ${family} nat`))
      found.push(...(await iptablesProxy(host, `${command}-nft`)));
    const legacy = await host.readFile(`/proc/net/${family}_tables_names`);
    if (legacy?.split('\n').includes('nat') === true)
      found.push(...(await iptablesProxy(host, `${command}-legacy`)));
  }
  return found;
}

async function nftablesProxy(host: Host, family: 'ip' | 'ip6'): Promise<OtherProxy> {
  const result = await host.run('nft', ['list', 'map', family, 'kube-proxy', 'service-ips']);
  const listing = result.kind === 'exited' ? result.stdout : '';
  return {
    name: `kube-proxy (table ${family} kube-proxy)`,
    addresses: matches(listing, /([0-9a-f.:]+) \. (?:tcp|udp|sctp|6|17|132) \. \w+/g),
  };
}

async function iptablesProxy(host: Host, command: string): Promise<readonly OtherProxy[]> {
  const result = await host.run(command, ['-t', 'nat', '-S', 'KUBE-SERVICES']);
  if (result.kind !== 'exited' || !succeeded(result)) return [];
  return [
    {
      name: `kube-proxy (${command}: chain KUBE-SERVICES)`,
      addresses: matches(result.stdout, / -d ([0-9a-f.:]+)\/(?:32|128) /g),
    },
  ];
}

const matches = (text: string, pattern: RegExp): ReadonlySet<string> =>
  new Set([...text.matchAll(pattern)].map(([, address = '']) => address));
