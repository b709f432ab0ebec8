import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { IpFamily } from '../../net/family.ts';
import { type Flow, type FlowChange, type FlowProtocol, staleFlows } from '../../plan/flows.ts';
import { describeRun, type Host, type RunResult, succeeded } from './host.ts';
import { localAddresses } from './local-addresses.ts';

/** One entry of the kernel's connection table. */
interface Entry extends Flow {
  readonly source: string;
  readonly sourcePort: number;
}

/** How many connections were ended, and what kept others from being. */
export interface EndedFlows {
  readonly ended: Readonly<Record<FlowProtocol, number>>;
  /** Warnings: the rules are in force whatever happens here. */
  readonly diagnostics: readonly Diagnostic[];
}

export const noFlows: EndedFlows = { ended: { UDP: 0, SCTP: 0 }, diagnostics: [] };

const families: Readonly<Record<IpFamily, string>> = { IPv4: 'ipv4', IPv6: 'ipv6' };
const protocols: Readonly<Record<FlowProtocol, string>> = { UDP: 'udp', SCTP: 'sctp' };

/**
 * Deletes the conntrack entries that lead to endpoints that are gone, or that were made while a Service
 * had no endpoint (ND9); TCP is left alone, its peers notice by themselves (C9).
 */
export async function endStaleFlows(host: Host, change: FlowChange): Promise<EndedFlows> {
  const ended = { UDP: 0, SCTP: 0 };
  const failures = new Map<string, RunResult>();
  const local = await localAddresses(host);
  const services = [...change.before, ...change.after];
  for (const family of ['IPv4', 'IPv6'] as const)
    for (const protocol of ['UDP', 'SCTP'] as const) {
      if (!services.some((each) => each.family === family && each.protocol === protocol)) continue;
      const filter = ['-f', families[family], '-p', protocols[protocol]];
      const isLocal = (address: string): boolean => local.has(address);
      const isStale = staleFlows(change, family, protocol, isLocal);
      const listing = await list(host, filter);
      if ('failure' in listing) {
        failures.set(describeRun(listing.failure), listing.failure);
        continue;
      }
      const stale = listing.entries.filter(isStale);
      if (stale.length === 0) continue;
      const result = await host.run('sh', ['-c', readFromPipe], deletions(stale, filter));
      const failure = await failureToDelete(host, result, filter, isStale);
      if (failure === undefined) ended[protocol] += stale.length;
      else failures.set(describeRun(failure), failure);
    }
  const concerned = new Set(services.map(({ name }) => name)).size;
  return {
    ended,
    diagnostics: [...failures.values()].map((result) => conntrackFailed(result, concerned)),
  };
}

type Listing = { readonly entries: readonly Entry[] } | { readonly failure: RunResult };

/**
 * Lists the connections of a family and protocol. conntrack says on stderr how many it has shown: a listing
 * of another length, or one without that word and without a connection, is none.
 */
async function list(host: Host, filter: readonly string[]): Promise<Listing> {
  const result = await host.run('conntrack', ['-L', ...filter]);
  if (result.kind !== 'exited' || !succeeded(result)) return { failure: result };
  const lines = result.stdout.split('\n').filter((line) => line !== '').length;
  const shown = /: (\d+) flow entries have been shown/.exec(result.stderr)?.[1];
  const isWhole = shown === undefined ? lines > 0 : lines === Number(shown);
  return isWhole
    ? { entries: entries(result.stdout) }
    : { failure: { ...result, exitCode: 1, stderr: 'its listing is cut off' } };
}

/** conntrack prints what it deletes. Where it printed nothing the connections are listed again. */
async function failureToDelete(
  host: Host,
  result: RunResult,
  filter: readonly string[],
  isStale: (flow: Entry) => boolean,
): Promise<RunResult | undefined> {
  if (result.kind !== 'exited' || !succeeded(result)) return result;
  if (result.stdout.includes('src=')) return undefined;
  const left = await list(host, filter);
  if ('failure' in left) return left.failure;
  const stderr = 'it reported success, but the connections are still there';
  return left.entries.some(isStale) ? { ...result, exitCode: 1, stderr } : undefined;
}

/** conntrack opens /dev/stdin, which fails where stdin is a socket, as Node makes it for its children. */
const readFromPipe = 'cat | conntrack -R -';

const conntrackFailed = (result: RunResult, services: number): Diagnostic => ({
  code: 'NATC5023',
  severity: 'warning',
  message: `UDP and SCTP connections of ${services} Service ${services === 1 ? 'port' : 'ports'} were not looked through for endpoints that are gone: conntrack: ${describeRun(result)}`,
  places: [],
  hint: 'install conntrack (Debian: apt-get install conntrack); the next natc apply tries again',
});

/** The first source, destination and ports of a line are those of the client, the next the reply's. */
const entryPattern =
  /src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+) .*?src=(\S+) dst=\S+ sport=(\d+) dport=\d+/;

function entries(listing: string): readonly Entry[] {
  const found: Entry[] = [];
  for (const line of listing.split('\n')) {
    const match = entryPattern.exec(line);
    if (match === null) continue;
    const [, source = '', destination = '', sourcePort, destinationPort, replySource = '', reply] =
      match;
    found.push({
      source,
      destination,
      sourcePort: Number(sourcePort),
      destinationPort: Number(destinationPort),
      replySource,
      replySourcePort: Number(reply),
    });
  }
  return found;
}

/** A command a line, as `conntrack -R` reads them: one process, however many entries. */
const deletions = (stale: readonly Entry[], filter: readonly string[]): string =>
  stale
    .map(
      ({ source, destination, sourcePort, destinationPort }) =>
        `-D ${filter.join(' ')} -s ${source} -d ${destination} --sport ${sourcePort} --dport ${destinationPort}\n`,
    )
    .join('');
