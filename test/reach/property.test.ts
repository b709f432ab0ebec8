/** natc reach against the simulator: every packet that is answered has its row, and no row says too much. */

import fc from 'fast-check';
import { test } from 'vitest';
import { buildIptables } from '../../src/iptables/layout/build.ts';
import { parseAddress } from '../../src/net/address.ts';
import { cidrContains, parseCidr } from '../../src/net/cidr.ts';
import { commonFateOf } from '../../src/packet/outcome.ts';
import { isLoopback } from '../../src/packet/packet.ts';
import { parseClientGroup } from '../../src/reach/clients.ts';
import { compiledSubject } from '../../src/reach/compiled.ts';
import { type ExposureRow, exposureOf } from '../../src/reach/exposure.ts';
import { surveyOf } from '../../src/reach/survey.ts';
import { directedPackets } from '../diff/directed-packets.ts';
import type { Packet, World } from '../oracle/world.ts';
import { pureVerbs } from '../support/answers.ts';
import { canonical } from '../support/kernel-packets.ts';
import { iptablesSimulatorOf, simulatorOf } from '../support/simulate.ts';
import { worlds } from '../support/worlds.ts';
import { compileValid, describeWorld } from '../support/worlds-compile.ts';
import { packetsOf } from '../support/worlds-packets.ts';
import { forAll } from '../support/worlds-property.ts';
import { isAdmitted } from './admitted-text.ts';
import { isMember } from './membership.ts';

const groups: readonly string[] = [
  'outside',
  'pods',
  'node',
  'anyone',
  '10.180.1.0/24',
  '198.51.100.0/24',
  '203.0.113.9',
  '2600:5200::/32',
  '10.0.0.0/8',
];

function isInside(text: string, network: string): boolean {
  const cidr = parseCidr(network);
  const address = parseAddress(text);
  return cidr !== undefined && address !== undefined && cidrContains(cidr, address);
}

/** Rows that are about the packet's destination. */
function rowsFor(rows: readonly ExposureRow[], packet: Packet, localIPs: readonly string[]) {
  const to = canonical(packet.to);
  const ofFamily = to.includes(':') ? '(IPv6)' : '(IPv4)';
  const isOwn = localIPs.includes(to);
  return rows.filter(
    ({ address, port, protocol }) =>
      port === packet.port &&
      protocol === packet.protocol &&
      (address === to ||
        (isLoopback(to) && isInside(to, address)) ||
        (isOwn && (address === 'node' || address === `node ${ofFamily}`)) ||
        (isLoopback(to) && (address === 'loopback' || address === `loopback ${ofFamily}`))),
  );
}

interface Search {
  readonly world: World;
  readonly packets: readonly Packet[];
  readonly group: string;
}

const searches: fc.Arbitrary<Search> = worlds.chain((world) =>
  fc.record({
    world: fc.constant(world),
    packets: fc.array(packetsOf(world), { minLength: 60, maxLength: 60 }),
    group: fc.constantFrom(...groups),
  }),
);

const check =
  (backend: 'nftables' | 'iptables') =>
  ({ world, packets, group: text }: Search): string | undefined => {
    const compiled = compileValid(world);
    const { ruleset, plan } = compiled;
    const group = parseClientGroup(text);
    if (group === undefined) throw new Error(text);
    const localIPs = world.node.localIPs.map(canonical);
    const subject = compiledSubject(compiled, pureVerbs[backend].answersOf);
    const surveys = surveyOf(
      { ...subject, nodeAddresses: new Set(localIPs) },
      {
        sources: new Set(group.kind === 'network' ? [group.network] : []),
        destinations: new Set(),
      },
    );
    const { rows } = exposureOf(surveys, group, true);
    const routeLocalnet = plan.families.some(({ nodePortAddresses }) => nodePortAddresses.loopback);
    const simulate =
      backend === 'nftables'
        ? simulatorOf(ruleset, localIPs, routeLocalnet)
        : iptablesSimulatorOf(
            plan.families.map((each) => buildIptables(each)),
            localIPs,
            routeLocalnet,
          );
    const seen = new Set<ExposureRow>();
    for (const packet of [...packets, ...directedPackets([ruleset], localIPs)]) {
      const own = localIPs.includes(canonical(packet.from)) || isLoopback(canonical(packet.from));
      const sent = own ? packet : { iif: 'eth0', ...packet };
      if (own && packet.iif !== undefined) continue;
      if (!isMember(group, sent, compiled)) continue;
      const { branches } = simulate(sent);
      const isServed = branches.some(({ verdict, dnat }) => verdict === 'accept' && dnat);
      const { podBridgeInterface, podInterfaceNamePrefix: prefix } = compiled.settings;
      const iif = sent.iif ?? '';
      const source = {
        address: canonical(sent.from),
        inInterface: iif,
        isOther: iif !== podBridgeInterface && (prefix === '' || !iif.startsWith(prefix)),
      };
      const concerned = rowsFor(rows, sent, localIPs);
      const admitting = concerned.filter(({ admitted }) => isAdmitted(admitted, source));
      for (const row of admitting) seen.add(row);
      // A process that binds the loopback to connect elsewhere is not told of.
      if (isLoopback(source.address) && !isLoopback(canonical(sent.to)) && !isServed) continue;
      if (isServed !== admitting.length > 0)
        return `${text}: served ${isServed} (${commonFateOf({ branches }).kind}), rows ${JSON.stringify(
          concerned.map(({ address, admitted }) => [address, admitted]),
        )} ${JSON.stringify(sent)}\n${describeWorld(world, sent)}`;
    }
    return undefined;
  };

test('what answers a packet has a row that admits its source, and no other', () => {
  forAll(searches, 100, check('nftables'));
});

test('the same for the rules of iptables', () => {
  forAll(searches, 30, check('iptables'));
});
