import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { IpFamily } from '../net/family.ts';
import { staleUdp, type UdpConnection, type UdpService } from '../plan/udp-connections.ts';
import { describeRun, type Host, type RunResult, succeeded } from './host.ts';

/** One UDP entry of the kernel's connection table. */
interface Entry extends UdpConnection {
  readonly source: string;
  readonly sourcePort: number;
}

const families: Readonly<Record<IpFamily, string>> = { IPv4: 'ipv4', IPv6: 'ipv6' };

/**
 * Deletes the UDP conntrack entries that lead to endpoints that are gone, or that were made while a
 * Service had no endpoint (C1 to C9). TCP and SCTP are left alone (C9).
 *
 * @returns warnings: the rules are in force whatever happens here
 */
export async function cleanUdpConnections(
  host: Host,
  services: readonly UdpService[],
): Promise<readonly Diagnostic[]> {
  const warnings: Diagnostic[] = [];
  for (const family of ['IPv4', 'IPv6'] as const) {
    if (!services.some((service) => service.family === family)) continue;
    const listing = await host.run('conntrack', ['-L', '-f', families[family], '-p', 'udp']);
    if (listing.kind !== 'exited' || !succeeded(listing)) {
      warnings.push(conntrackFailed(listing));
      continue;
    }
    const isStale = staleUdp(services, family);
    const stale = entries(listing.stdout).filter(isStale);
    if (stale.length === 0) continue;
    const result = await host.run('sh', ['-c', readFromPipe], deletions(stale, family));
    if (!succeeded(result)) warnings.push(conntrackFailed(result));
  }
  return warnings;
}

/** conntrack opens /dev/stdin, which fails where stdin is a socket, as Node makes it for its children. */
const readFromPipe = 'cat | conntrack -R -';

const conntrackFailed = (result: RunResult): Diagnostic => ({
  code: 'NATC5023',
  severity: 'warning',
  message: `stale UDP connections were not removed: conntrack: ${describeRun(result)}`,
  places: [],
  hint: 'install conntrack (Debian: apt-get install conntrack)',
});

/** The first source, destination and ports of a line are those of the client, the next the reply's. */
const entryPattern =
  /src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+) .*?src=(\S+) dst=\S+ sport=\d+ dport=\d+/;

function entries(listing: string): readonly Entry[] {
  const found: Entry[] = [];
  for (const line of listing.split('\n')) {
    const match = entryPattern.exec(line);
    if (match === null) continue;
    const [, source = '', destination = '', sourcePort, destinationPort, replySource = ''] = match;
    found.push({
      source,
      destination,
      sourcePort: Number(sourcePort),
      destinationPort: Number(destinationPort),
      replySource,
    });
  }
  return found;
}

/** A command a line, as `conntrack -R` reads them: one process, however many entries. */
const deletions = (stale: readonly Entry[], family: IpFamily): string =>
  stale
    .map(
      ({ source, destination, sourcePort, destinationPort }) =>
        `-D -f ${families[family]} -p udp -s ${source} -d ${destination} --sport ${sourcePort} --dport ${destinationPort}\n`,
    )
    .join('');
