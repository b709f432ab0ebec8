import { hasErrors } from '../../diagnostics/diagnostic.ts';
import { printable } from '../../diagnostics/printable.ts';
import type { KubeProxyListing } from '../../kube-proxy/listing.ts';
import { type ListedRow, listedFamilies, summariseListing } from '../../kube-proxy/summary.ts';
import { formatAddressPort } from '../../net/address.ts';
import { cannotAnswer } from '../cannot-answer.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { exitWithoutOutput } from '../input/cluster-input.ts';
import { inputPaths } from '../input/compile-input.ts';
import { printDiagnostics } from '../messages/messages.ts';
import {
  isSelected,
  type Selection,
  selectionFindings,
  servicesOfRuleset,
} from '../selection/selection.ts';
import type { CompileFlags } from '../shared-options.ts';
import { formatTallTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { isHostRefusal } from './host-refusal.ts';
import { leftOutDiagnostics, readListing } from './listing-input.ts';
import { listingAmong } from './listing-subject.ts';

type ListingFormat = 'table' | 'wide' | 'name' | 'json' | 'yaml';

/** The flags of `natc list`. */
interface ListFlags extends CompileFlags {
  readonly output: ListingFormat;
}

/**
 * `natc list` of what a kube-proxy wrote: 0 the whole list, 1 one that does not say everything, since a rule is not
 * understood, 2 no answer, 3 the kernel cannot be asked.
 *
 * @returns undefined where no listing is named
 */
export async function runListListing(
  selection: Selection | undefined,
  flags: ListFlags,
  terminal: Terminal,
): Promise<ExitCode | undefined> {
  const among = await listingAmong(inputPaths(flags, terminal) ?? []);
  if (among === undefined) return undefined;
  if (among.manifests.length === 0) return list(among.listing, selection, flags, terminal);
  const problem = "a listing of kube-proxy's rules is listed by itself, without manifests";
  return cannotAnswer('list', problem, terminal);
}

async function list(
  path: string,
  selection: Selection | undefined,
  flags: ListFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  const { listing, diagnostics } = await readListing(path, terminal);
  if (listing === undefined) {
    await printDiagnostics(diagnostics, flags, terminal);
    return isHostRefusal(diagnostics) ? exitCodes.hostRefused : exitWithoutOutput(diagnostics);
  }
  const known = servicesOfRuleset(listing.outline);
  const unknown = selection === undefined ? [] : selectionFindings(selection, known);
  const said = [...diagnostics, ...leftOutDiagnostics(listing), ...unknown];
  await printDiagnostics(said, flags, terminal);
  if (hasErrors(unknown)) return exitCodes.cannotAnswer;
  const rows = summariseListing(listing).filter(
    ({ service }) =>
      selection === undefined || (service !== undefined && isSelected(selection, service, known)),
  );
  await terminal.stdout.write(await format(rows, listing, flags.output, terminal));
  return listing.notUnderstood.length === 0 ? exitCodes.success : exitCodes.no;
}

async function format(
  rows: readonly ListedRow[],
  listing: KubeProxyListing,
  output: ListingFormat,
  { stdout }: Terminal,
): Promise<string> {
  switch (output) {
    case 'name':
      return [...new Set(rows.flatMap(({ service }) => service ?? []))]
        .map((name) => `${printable(name)}\n`)
        .join('');
    case 'json':
      return `${JSON.stringify(document(rows, listing), null, 2)}\n`;
    case 'yaml': {
      const { stringify } = await import('yaml');
      return stringify(document(rows, listing), { lineWidth: 0 });
    }
    default:
      return table(rows, output === 'table' && stdout.isTerminal ? stdout.columns : undefined);
  }
}

const kinds = {
  'cluster-ip': 'cluster IP',
  'external-ip': 'external IP',
  'load-balancer-ip': 'load-balancer IP',
} as const;

function table(rows: readonly ListedRow[], width: number | undefined): string {
  return formatTallTable({
    heading: ['SERVICE', 'PROTOCOL', 'ADDRESSES', 'NODE PORT', 'ENDPOINTS', 'REMARKS'],
    rows: rows.map(({ service, portName, protocol, ...row }) => [
      [service === undefined ? '(not said)' : portName === '' ? service : `${service}:${portName}`],
      [protocol.toUpperCase()],
      orDash(
        row.addresses.map(({ address, port, kind }) => {
          const where = formatAddressPort(address, port);
          return kind === undefined ? where : `${where} ${kinds[kind]}`;
        }),
      ),
      [row.nodePort === 0 ? '-' : String(row.nodePort)],
      orDash(row.endpoints),
      [
        ...(row.affinityTimeout === undefined ? [] : [`ClientIP affinity ${row.affinityTimeout}s`]),
        ...row.refused.map(({ destination, verdict }) => `${destination} ${verdict}`),
      ],
    ]),
    width,
  });
}

const orDash = (lines: readonly string[]): readonly string[] => (lines.length > 0 ? lines : ['-']);

/** `natc.kube-proxy-list/v1` */
const document = (rows: readonly ListedRow[], listing: KubeProxyListing) => ({
  schema: 'natc.kube-proxy-list/v1',
  families: listedFamilies(listing).map((family) => (family === 'ip' ? 'IPv4' : 'IPv6')),
  services: rows.map(({ service = null, affinityTimeout = null, addresses, ...row }) => ({
    service,
    ...row,
    addresses: addresses.map(({ kind, ...where }) => ({
      ...where,
      kind: kind === undefined ? null : kinds[kind],
    })),
    affinityTimeout,
  })),
  notUnderstood: listing.notUnderstood.map(({ line, text }) => ({ line, text })),
});
