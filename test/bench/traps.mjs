/**
 * `npm run bench:traps`: input that invites quadratic work, at a size and at twice the size. Linear
 * work takes twice as long; a ratio above three fails.
 */
import { effectiveOptions } from '../../dist/cli/config/effective-options.js';
import { compile } from '../../dist/compile.js';
import { renderNft } from '../../dist/nftables/render/nft.js';
import { readObjects } from '../../dist/read/read.js';
import { cluster, toJson } from './clusters.mjs';
import { median } from './processes.mjs';

const address = (first, index) =>
  `${first}.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
const addresses = (first, count) => Array.from({ length: count }, (_, i) => address(first, i));

const traps = {
  'external IPs of one Service': [
    20_000,
    (size) => withSpec(1, { externalIPs: addresses(20, size) }),
  ],
  'source ranges of one Service': [
    10_000,
    (size) => {
      const items = withSpec(1, {
        type: 'LoadBalancer',
        loadBalancerSourceRanges: addresses(20, 2 * size)
          .filter((_, index) => index % 2 === 0)
          .map((text) => `${text}/32`),
      });
      items[0].status = { loadBalancer: { ingress: [{ ip: '198.51.100.1' }] } };
      return items;
    },
  ],
  'endpoints of one Service': [100_000, (size) => cluster(1, size)],
  'Services with the same node port': [
    20_000,
    (size) => withSpec(size, { type: 'NodePort', nodePort: 30_000 }),
  ],
  'Services with the same external IP and port': [
    20_000,
    (size) => withSpec(size, { externalIPs: ['198.51.100.1'] }),
  ],
};

function withSpec(services, { nodePort, ...fields }) {
  const items = cluster(services, 1);
  for (const { kind, spec } of items) {
    if (kind !== 'Service') continue;
    Object.assign(spec, fields);
    if (nodePort !== undefined) spec.ports[0].nodePort = nodePort;
  }
  return items;
}

function secondsFor(items) {
  const bytes = Buffer.from(toJson(items));
  const cpu = process.cpuUsage();
  const { objects } = readObjects([{ name: 'trap.json', bytes }]);
  const { options } = effectiveOptions({}, { validate: 'warn' });
  renderNft(compile(objects, options).output.ruleset);
  const { user, system } = process.cpuUsage(cpu);
  return (user + system) / 1e6;
}

let isLinear = true;
console.log('| what | number | processor s | twice as many x |');
console.log('|---|---|---|---|');
for (const [name, [size, make]] of Object.entries(traps)) {
  const [small, large] = [make(size), make(2 * size)];
  secondsFor(small);
  const samples = Array.from({ length: 5 }, () => [secondsFor(small), secondsFor(large)]);
  const once = median(samples.map(([first]) => first));
  const ratio = median(samples.map(([first, second]) => second / first));
  isLinear &&= ratio < 3;
  console.log(`| ${name} | ${size} | ${once.toFixed(2)} | ${ratio.toFixed(2)} |`);
}
if (!isLinear) process.exitCode = 1;
