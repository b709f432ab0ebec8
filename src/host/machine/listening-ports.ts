import { parseAddress } from '../../net/address.ts';
import type { ListeningSocket } from '../../plan/shadowed-ports.ts';
import type { Host } from './host.ts';

const tables = [
  { path: '/proc/net/tcp', protocol: 'TCP', state: '0A' },
  { path: '/proc/net/tcp6', protocol: 'TCP', state: '0A' },
  // A UDP socket that is not connected takes packets of everyone.
  { path: '/proc/net/udp', protocol: 'UDP', state: '07' },
  { path: '/proc/net/udp6', protocol: 'UDP', state: '07' },
] as const;

/** Where processes listen in the network namespace of natc. Empty where /proc is not to be read. */
export async function listeningSockets(host: Host): Promise<readonly ListeningSocket[]> {
  const lists = await Promise.all(
    tables.map(async ({ path, protocol, state }) =>
      socketsOf((await host.readFile(path)) ?? '', protocol, state),
    ),
  );
  return lists.flat();
}

/** `0: 0100007F:0016 00000000:0000 0A …`: the address in words of four bytes, the lowest byte first. */
const socketsOf = (
  table: string,
  protocol: ListeningSocket['protocol'],
  wanted: string,
): readonly ListeningSocket[] =>
  [...table.matchAll(/^ *\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) \S+ ([0-9A-F]{2}) /gm)]
    .filter(([, , , state]) => state === wanted)
    .flatMap(([, digits = '', port = '']) => {
      const address = addressOf(digits);
      return address === undefined ? [] : [{ protocol, address, port: Number.parseInt(port, 16) }];
    });

function addressOf(digits: string): string | undefined {
  const bytes = (digits.match(/.{8}/g) ?? []).flatMap((word) =>
    (word.match(/../g) ?? []).reverse(),
  );
  const text =
    bytes.length === 4
      ? bytes.map((byte) => Number.parseInt(byte, 16)).join('.')
      : (bytes.join('').match(/.{4}/g) ?? []).join(':');
  return parseAddress(text)?.text;
}
