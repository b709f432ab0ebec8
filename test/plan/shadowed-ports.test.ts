import { expect, test } from 'vitest';
import { listeningSockets } from '../../src/host/machine/listening-ports.ts';
import { protectPorts } from '../../src/plan/shadowed-ports.ts';
import { ingress, planned, service, shown } from '../support/cluster.ts';
import { fakeHost } from '../support/fake-host.ts';

const row = (index: number, local: string, state: string): string =>
  `   ${index}: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000 0 0 1`;

test('sockets are read from /proc/net', async () => {
  const { host } = fakeHost({
    runs: [],
    files: {
      '/proc/net/tcp': [
        '  sl  local_address rem_address   st',
        row(0, '00000000:0016', '0A'),
        row(1, '0200A8C0:280A', '0A'),
        // a connection
        row(2, '0200A8C0:0016', '01'),
      ].join('\n'),
      '/proc/net/tcp6': row(0, 'B80D0120000000000000000001000000:01BB', '0A'),
      '/proc/net/udp': row(0, '0100007F:0035', '07'),
    },
  });
  expect(await listeningSockets(host)).toEqual([
    { protocol: 'TCP', address: '0.0.0.0', port: 22 },
    { protocol: 'TCP', address: '192.168.0.2', port: 10250 },
    { protocol: 'TCP', address: '2001:db8::1', port: 443 },
    { protocol: 'UDP', address: '127.0.0.1', port: 53 },
  ]);
});

const local = new Set(['127.0.0.1', '192.168.0.2']);
const port = (number: number, nodePort = 0) => ({
  ports: [{ name: 'http', port: number, protocol: 'TCP', ...(nodePort === 0 ? {} : { nodePort }) }],
});
const nodePort = service({ type: 'NodePort', ...port(80, 30080) });

function guarded(
  objects: Parameters<typeof planned>[0],
  [protocol, address, number]: readonly ['TCP' | 'UDP', string, number],
  options: Parameters<typeof planned>[1] = {},
) {
  const { plan } = planned(objects, options);
  const sockets = [{ protocol, address, port: number }];
  const [warned, denied] = (['warn', 'deny'] as const).map((policy) =>
    protectPorts(plan, sockets, local, policy),
  );
  if (warned === undefined || denied === undefined) throw new Error('two policies');
  expect(warned.plan).toBe(plan);
  expect(warned.diagnostics).toHaveLength(denied.diagnostics.length);
  return {
    warned: warned.diagnostics.map(({ code, message }) => `${code} ${message}`),
    left: denied.plan.families.flatMap(({ servicePorts }) => servicePorts.flatMap(shown)),
  };
}

test('a node port on which the node listens is told of, and left out under deny', () => {
  expect(guarded([nodePort], ['TCP', '0.0.0.0', 30080])).toEqual({
    warned: [
      'NATC3036 node port 30080/TCP of default/web:http takes connections from a process of this node that listens there',
    ],
    left: ['cluster-ip 172.30.0.41:80 reject'],
  });
});

test('so is an address of the node at a port on which it listens: sshd, the kubelet', () => {
  const ssh = service({ externalIPs: ['192.168.0.2'], ...port(22) });
  expect(guarded([ssh], ['TCP', '::', 22])).toMatchObject({
    warned: [expect.stringContaining('192.168.0.2, port 22/TCP, of default/web:http')],
    left: ['cluster-ip 172.30.0.41:22 reject'],
  });
  const kubelet = service(
    { type: 'LoadBalancer', ...port(10250) },
    { status: ingress('192.168.0.2') },
  );
  expect(guarded([kubelet], ['TCP', '192.168.0.2', 10250]).warned).toHaveLength(1);
});

test.each<readonly [string, readonly ['TCP' | 'UDP', string, number], object]>([
  ['another protocol', ['UDP', '0.0.0.0', 30080], {}],
  ['another port', ['TCP', '0.0.0.0', 30081], {}],
  ['where no node port answers', ['TCP', '127.0.0.1', 30080], { localhostNodePorts: false }],
  [
    'outside the node-port addresses',
    ['TCP', '192.168.0.2', 30080],
    { nodePortAddresses: ['10.0.0.0/8', '::/128'] },
  ],
])('nothing is said of a process that listens for %s', (_, socket, options) => {
  const { warned, left } = guarded([nodePort], socket, options);
  expect(warned).toEqual([]);
  expect(left).toContain('node-port 30080 reject');
});

test("an address that is not the node's is not concerned", () => {
  const far = service({ externalIPs: ['198.51.100.1'], ...port(22) });
  expect(guarded([far], ['TCP', '0.0.0.0', 22]).warned).toEqual([]);
});
