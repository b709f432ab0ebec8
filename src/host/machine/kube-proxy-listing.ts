import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { describeRun, type Host, type RunResult } from './host.ts';
import { isAbsent } from './nft-error.ts';

/** What kube-proxy has in this kernel, as programs list it: text for a parser. */
export type KernelListing =
  | { readonly name: string; readonly text: string }
  | { readonly diagnostic: Diagnostic };

/**
 * Lists the rules of a kube-proxy in the network namespace that natc runs in, of whatever mode. Nothing is
 * changed, and no kernel module is loaded: iptables-legacy is asked only where it has tables.
 *
 * @returns NATC4307 where there are none, NATC4308 where they cannot be listed
 */
export async function listKubeProxy(host: Host): Promise<KernelListing> {
  const nftables = await Promise.all(
    (['ip', 'ip6'] as const).map((family) =>
      host.run('nft', ['list', 'table', family, 'kube-proxy']),
    ),
  );
  const failed = nftables.find((result) => !isListed(result) && !isAbsent(result));
  const tables = nftables.flatMap((result) => (isListed(result) ? result.stdout : []));
  if (tables.length > 0)
    return failed === undefined
      ? { name: 'nft list table', text: tables.join('\n') }
      : cannotList('nft', failed);
  for (const variant of await variantsOf(host)) {
    const saves = await Promise.all(
      ['iptables', 'ip6tables'].map((program) => host.run(`${program}${variant}-save`, [])),
    );
    const texts = saves.flatMap((result) => (isListed(result) ? result.stdout : []));
    if (!texts.some((text) => text.includes(':KUBE-SERVICES '))) continue;
    const lost = saves.find((result) => !isListed(result));
    const program = `iptables${variant}-save`;
    return lost === undefined
      ? { name: program, text: texts.join('\n') }
      : cannotList(program, lost);
  }
  return failed === undefined ? { diagnostic: absent } : cannotList('nft', failed);
}

const isListed = (
  result: RunResult,
): result is Extract<RunResult, { readonly kind: 'exited' }> & { readonly exitCode: 0 } =>
  result.kind === 'exited' && result.exitCode === 0;

/** The program that is called iptables first. */
async function variantsOf(host: Host): Promise<readonly string[]> {
  const names = await Promise.all(
    ['ip', 'ip6'].map((family) => host.readFile(`/proc/net/${family}_tables_names`)),
  );
  const hasLegacy = names.some((text) => text?.split('\n').includes('nat') === true);
  return hasLegacy ? ['', '-nft', '-legacy'] : ['', '-nft'];
}

const cannotList = (program: string, result: RunResult): KernelListing => ({
  diagnostic: {
    code: 'NATC4308',
    severity: 'error',
    message: `kube-proxy's rules cannot be listed: ${program}: ${describeRun(result)}`,
    places: [],
    hint: 'natc reads them as root, or with CAP_NET_ADMIN; a listing in a file will do too',
  },
});

const absent: Diagnostic = {
  code: 'NATC4307',
  severity: 'error',
  message: 'kube-proxy has no rules in this kernel: no table kube-proxy, no chain KUBE-SERVICES',
  places: [],
  hint: 'ask on a node that runs kube-proxy, in the network namespace of the host',
};
