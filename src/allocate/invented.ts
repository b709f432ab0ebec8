/** What no cluster gave: natc made it up. */
export interface Invented {
  /** Canonical addresses, and what each is: `allocated`, or a pod's title. */
  readonly addresses: ReadonlyMap<string, string>;
  readonly nodePorts: ReadonlySet<number>;
}

export const nothingInvented: Invented = { addresses: new Map(), nodePorts: new Set() };

export const isNothing = ({ addresses, nodePorts }: Invented): boolean =>
  addresses.size + nodePorts.size === 0;

/** Of several sides: what is invented on any. */
export const joinInvented = (sides: readonly Invented[]): Invented => ({
  addresses: new Map(sides.flatMap(({ addresses }) => [...addresses])),
  nodePorts: new Set(sides.flatMap(({ nodePorts }) => [...nodePorts])),
});

const protocol = '(?:\\/(?:TCP|UDP|SCTP|tcp|udp|sctp|icmp))?';

/** An address in brackets or bare, with or without a port and a protocol. */
const addresses = new RegExp(
  `\\[[0-9a-f:.]+\\](?::\\d+)?${protocol}|(?<![\\w.:[-])[0-9a-f]+[.:][0-9a-f.:]*[0-9a-f]${protocol}(?![\\w/])`,
  'g',
);

const ports = new RegExp(`(?:node port|nodePort|health check on) (\\d+)${protocol}`, 'gi');

/**
 * Marks every invented value in a text for people: `10.101.7.12:80/TCP (allocated)`, `198.18.4.7:8080 (pod 2 of
 * Deployment shop/web)`, `node port 31207/TCP (allocated)`.
 */
export function markInvented(text: string, invented: Invented): string {
  if (isNothing(invented)) return text;
  const mark = (found: string, label: string | undefined, end: number): string =>
    label === undefined || text.startsWith(` (${label})`, end) ? found : `${found} (${label})`;
  const withAddresses = text.replace(addresses, (found, offset: number) =>
    mark(found, invented.addresses.get(addressIn(found)), offset + found.length),
  );
  return withAddresses.replace(ports, (found, number: string) =>
    invented.nodePorts.has(Number(number)) ? `${found} (allocated)` : found,
  );
}

/** Without brackets, port and protocol. */
function addressIn(text: string): string {
  const bare = text.replace(/\/[a-zA-Z]+$/, '');
  if (bare.startsWith('[')) return bare.slice(1, bare.indexOf(']'));
  return bare.includes('.') ? bare.replace(/:\d+$/, '') : bare;
}

/** For documents: what is invented in them, sorted. */
export function inventedJson({ addresses: known, nodePorts }: Invented) {
  const sorted = [...known].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    addresses: sorted.filter(([, title]) => title === 'allocated').map(([address]) => address),
    nodePorts: [...nodePorts].sort((a, b) => a - b),
    endpoints: sorted
      .filter(([, title]) => title !== 'allocated')
      .map(([address, title]) => ({ address, title })),
  };
}

const headLine =
  'Not for a node: natc made these values up, where an API server would have allocated others.';

/** The same as comments at the head of a ruleset, which nobody is to take for one of a node. */
export function inventedComment(invented: Invented): string {
  if (isNothing(invented)) return '';
  const { addresses: allocated, nodePorts, endpoints } = inventedJson(invented);
  const lines = [
    headLine,
    ...(allocated.length === 0 ? [] : [`cluster IPs: ${allocated.join(', ')}`]),
    ...(nodePorts.length === 0 ? [] : [`node ports: ${nodePorts.join(', ')}`]),
    ...endpoints.map(({ address, title }) => `endpoint ${address}: ${title}`),
  ];
  return lines.map((line) => `# ${line}\n`).join('');
}

/** What {@link inventedComment} wrote into a ruleset. */
export function inventedIn(text: string): Invented {
  const at = text.indexOf(`# ${headLine}\n`);
  if (at < 0) return nothingInvented;
  const addresses = new Map<string, string>();
  const nodePorts = new Set<number>();
  for (const line of text.slice(at).split('\n').slice(1)) {
    const [, what, address, values = ''] =
      /^# (cluster IPs|node ports|endpoint (\S+)): (.*)$/.exec(line) ?? [];
    if (what === undefined) break;
    if (address !== undefined) addresses.set(address, values);
    else
      for (const value of values.split(', '))
        if (what === 'node ports') nodePorts.add(Number(value));
        else addresses.set(value, 'allocated');
  }
  return { addresses, nodePorts };
}
