/**
 * natc assert against the simulator: where an assertion holds, no packet breaks it, and where it is broken, its
 * witness does. What Services have where is read off the plan, and who is whom off the options.
 */

import fc from 'fast-check';
import { test } from 'vitest';
import type { AssertionVerdict, Breach } from '../../src/assert/breach.ts';
import { judgeAssertions } from '../../src/assert/judge.ts';
import { buildIptables } from '../../src/iptables/layout/build.ts';
import { parseAddress } from '../../src/net/address.ts';
import { cidrContains, parseCidr } from '../../src/net/cidr.ts';
import type { Branch } from '../../src/packet/outcome.ts';
import { isLoopback } from '../../src/packet/packet.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { parseClientGroup } from '../../src/reach/clients.ts';
import { compiledSubject } from '../../src/reach/compiled.ts';
import { directedPackets } from '../diff/directed-packets.ts';
import type { Packet, World } from '../oracle/world.ts';
import { isMember } from '../reach/membership.ts';
import { pureVerbs } from '../support/answers.ts';
import { assertionsIn } from '../support/assertions.ts';
import { canonical } from '../support/kernel-packets.ts';
import { iptablesSimulatorOf, simulatorOf } from '../support/simulate.ts';
import { type CompiledWorld, compileValid, describeWorld } from '../support/worlds-compile.ts';
import { neighbours } from '../support/worlds-mutations.ts';
import { packetsOf } from '../support/worlds-packets.ts';
import { forAll } from '../support/worlds-property.ts';

/** What a generated rule is about; each is written as YAML, and judged anew here. */
interface Rule {
  readonly verb:
    | 'mustNotReach'
    | 'mustReach'
    | 'mayReachOnly'
    | 'before'
    | 'mustKeepClientAddress'
    | 'mustHaveEndpoints'
    | 'half';
  readonly from: string;
  readonly target: Target;
  readonly atLeast: number;
}

interface Target {
  /** As in YAML. */
  readonly text: string;
  readonly matches: (place: Place) => boolean;
}

/** Where a packet is going, after the plan. */
interface Place {
  readonly service: string | undefined;
  readonly kind: 'ClusterIP' | 'ExternalIP' | 'LoadBalancer' | 'NodePort' | undefined;
  readonly address: string;
  readonly port: number;
}

const anything: Target = { text: 'anything', matches: () => true };
const inNetwork = (network: string): Target => ({
  text: `{address: ${network}}`,
  matches: ({ address }) => contains(network, address),
});
const targets: readonly Target[] = [
  anything,
  ...(['ClusterIP', 'ExternalIP', 'LoadBalancer', 'NodePort'] as const).map((kind) => ({
    text: `{kind: ${kind}}`,
    matches: (place: Place) => place.kind === kind,
  })),
  ...['default', 'shop'].map((namespace) => ({
    text: `{namespace: ${namespace}}`,
    matches: ({ service }: Place) => service?.startsWith(`${namespace}/`) === true,
  })),
  {
    text: '{service: "*/a*", ports: 1-1000}',
    matches: ({ service, port }) => service !== undefined && /\/a/.test(service) && port <= 1000,
  },
  {
    text: '{nodePorts: 30000-30500}',
    matches: ({ kind, port }) => kind === 'NodePort' && port >= 30000 && port <= 30500,
  },
  inNetwork('172.30.0.0/24'),
  inNetwork('192.168.0.0/16'),
  inNetwork('1.2.3.4'),
];

const froms = [
  'outside',
  'pods',
  'node',
  'anyone',
  '10.180.1.0/24',
  '203.0.113.0/24',
  '10.0.0.0/8',
  '{namespace: "*"}',
  '{service: "*/a*"}',
];

const rules: fc.Arbitrary<Rule> = fc.record({
  verb: fc.constantFrom(
    'mustNotReach',
    'mustReach',
    'mayReachOnly',
    'before',
    'mustKeepClientAddress',
    'mustHaveEndpoints',
    'half',
  ),
  from: fc.constantFrom(...froms),
  target: fc.constantFrom(...targets),
  atLeast: fc.integer({ min: 1, max: 4 }),
});

function yamlOf({ verb, from, target, atLeast }: Rule): string {
  const to = verb === 'mustReach' && target === anything ? '{service: "*"}' : target.text;
  switch (verb) {
    case 'before':
      return `- {name: a, from: ${from}, mayReachOnly: before, clusterIPs: true}\n`;
    case 'mustHaveEndpoints':
      return `- {name: a, mustHaveEndpoints: ${atLeast}}\n`;
    case 'half':
      return `- {name: a, mustHaveEndpoints: {ofBefore: half}}\n`;
    default:
      return `- {name: a, from: ${from}, ${verb}: ${to}, clusterIPs: true}\n`;
  }
}

function contains(network: string, text: string): boolean {
  const cidr = parseCidr(network);
  const address = parseAddress(text);
  if (address === undefined) return false;
  return cidr === undefined ? network === text : cidrContains(cidr, address);
}

interface Search {
  readonly before: World;
  readonly after: World;
  readonly packets: readonly Packet[];
  readonly rules: readonly Rule[];
}

const searches: fc.Arbitrary<Search> = neighbours.chain(({ before, after }) =>
  fc.record({
    before: fc.constant(before),
    after: fc.constant(after),
    packets: fc.array(packetsOf(after), { minLength: 40, maxLength: 40 }),
    rules: fc.array(rules, { minLength: 4, maxLength: 4 }),
  }),
);

/** A packet as a rule sees it. */
interface Seen {
  readonly packet: Packet;
  readonly place: Place;
  readonly isMember: boolean;
  readonly before: Outcome;
  readonly after: Outcome;
}

interface Outcome {
  readonly served: readonly Branch<unknown>[];
  readonly all: readonly Branch<unknown>[];
}

/** Whether the packet breaks the rule. */
function breaks(
  { verb, target, atLeast }: Rule,
  { place, isMember: is, packet, before, after }: Seen,
): boolean {
  const isServed = after.served.length > 0;
  // No other machine reaches the loopback; a process that binds it connects to nothing else.
  const isOdd = isLoopback(canonical(packet.to))
    ? packet.iif !== undefined
    : isLoopback(canonical(packet.from));
  const isFrontend = place.kind !== undefined;
  switch (verb) {
    case 'mustNotReach':
      return is && isServed && target.matches(place);
    case 'mayReachOnly':
      return is && isServed && !target.matches(place);
    case 'before':
      return is && isServed && before.served.length === 0;
    case 'mustKeepClientAddress':
      return (
        is &&
        target.matches(place) &&
        after.served.some(
          (branch) => branch.masquerade && branch.destination !== canonical(packet.from),
        )
      );
    case 'mustReach':
      return (
        is &&
        isFrontend &&
        !isOdd &&
        target.matches(place) &&
        after.served.length < after.all.length
      );
    case 'mustHaveEndpoints':
      return isFrontend && isServed && countOf(after) < atLeast;
    case 'half':
      return isFrontend && before.served.length > 0 && countOf(after) < countOf(before) / 2;
  }
}

const countOf = ({ served }: Outcome): number =>
  new Set(served.map(({ destination, destinationPort }) => `${destination} ${destinationPort}`))
    .size;

/** Destinations of the plan, by `10.0.0.1 80/TCP` and `30080/TCP`. */
function placesOf({ families }: Plan, localIPs: readonly string[]): (packet: Packet) => Place {
  const known = new Map<string, Pick<Place, 'service' | 'kind'>>();
  // No node port is at ::1, and none at 127.0.0.1 where node-port addresses leave it out.
  const hasLoopback = families.some(
    (each) => each.family === 'IPv4' && each.nodePortAddresses.loopback,
  );
  for (const { family, servicePorts } of families)
    for (const { namespace, service, protocol, frontends } of servicePorts)
      for (const frontend of frontends) {
        const at = frontend.kind === 'node-port' ? family : frontend.address;
        known.set(`${at} ${frontend.port}/${protocol}`, {
          service: `${namespace}/${service}`,
          kind: kinds[frontend.kind],
        });
      }
  return ({ to, port, protocol }) => {
    const address = canonical(to);
    const family = address.includes(':') ? 'IPv6' : 'IPv4';
    const isLocal =
      localIPs.includes(address) || (isLoopback(address) && family === 'IPv4' && hasLoopback);
    const found =
      known.get(`${address} ${port}/${protocol}`) ??
      (isLocal ? known.get(`${family} ${port}/${protocol}`) : undefined);
    return { service: found?.service, kind: found?.kind, address, port };
  };
}

const kinds = {
  'cluster-ip': 'ClusterIP',
  'external-ip': 'ExternalIP',
  'load-balancer-ip': 'LoadBalancer',
  'node-port': 'NodePort',
} as const;

type Ask = (packet: Packet) => Outcome;

function askerOf(
  { plan, ruleset }: CompiledWorld,
  localIPs: readonly string[],
  backend: Backend,
): Ask {
  const loopback = plan.families.some(({ nodePortAddresses }) => nodePortAddresses.loopback);
  const simulate =
    backend === 'nftables'
      ? simulatorOf(ruleset, localIPs, loopback)
      : iptablesSimulatorOf(
          plan.families.map((each) => buildIptables(each)),
          localIPs,
          loopback,
        );
  return (packet) => {
    const { branches } = simulate(packet);
    return {
      all: branches,
      served: branches.filter(({ verdict, dnat }) => verdict === 'accept' && dnat),
    };
  };
}

type Backend = 'nftables' | 'iptables';

/** The packet that a broken assertion tells of, as the simulator takes it. */
function packetOf({ witness }: Breach): Packet | undefined {
  if (witness === undefined || witness.packet.protocol === 'icmp') return undefined;
  const { source, destination, destinationPort, protocol, inInterface } = witness.packet;
  return {
    from: source,
    to: destination,
    port: destinationPort,
    protocol: protocol.toUpperCase() as Packet['protocol'],
    ...(inInterface === '' ? {} : { iif: inInterface }),
  };
}

const check =
  (backend: Backend) =>
  ({ before, after, packets, rules: drawn }: Search): string | undefined => {
    const localIPs = after.node.localIPs.map(canonical);
    const node = { ...after.node };
    const [old, next] = [compileValid({ ...before, node }), compileValid(after)];
    const subject = {
      ...compiledSubject(next, pureVerbs[backend].answersOf),
      nodeAddresses: new Set(localIPs),
    };
    const was = {
      ...compiledSubject(old, pureVerbs[backend].answersOf),
      nodeAddresses: new Set(localIPs),
    };
    const assertions = drawn.flatMap((rule) => assertionsIn(yamlOf(rule)));
    const verdicts = assertions.flatMap((each) => judgeAssertions([each], subject, was));
    const placeOf = placesOf(next.plan, localIPs);
    const placeBefore = placesOf(old.plan, localIPs);
    const [askBefore, ask] = [askerOf(old, localIPs, backend), askerOf(next, localIPs, backend)];
    const all = [...packets, ...directedPackets([old.ruleset, next.ruleset], localIPs)].flatMap(
      (packet) => {
        const from = canonical(packet.from);
        const isOwn = localIPs.includes(from) || isLoopback(from);
        if (isOwn && packet.iif !== undefined) return [];
        return [isOwn ? packet : { iif: 'eth0', ...packet }];
      },
    );
    const outcomes = all.map((packet) => ({
      packet,
      place: placeOf(packet),
      before: askBefore(packet),
      after: ask(packet),
    }));
    const chosen = new Set(
      outcomes.flatMap(({ after: { served }, place }) =>
        served.map(({ destination }) => `${place.service} ${destination}`),
      ),
    );
    const isFrom = (
      rule: Rule,
      packet: Packet,
      mayBe: (pattern: RegExp, address: string) => boolean,
    ): boolean => {
      const group = parseClientGroup(rule.from);
      if (group !== undefined) return isMember(group, packet, next);
      const pattern = rule.from.includes('a*') ? /\/a/ : /./;
      return mayBe(pattern, canonical(packet.from));
    };
    const ofPlan = (pattern: RegExp, address: string): boolean =>
      next.plan.families.some(({ servicePorts }) =>
        servicePorts.some(
          ({ namespace, service, clusterEndpoints, localEndpoints }) =>
            pattern.test(`${namespace}/${service}`) &&
            [...clusterEndpoints, ...localEndpoints].some((each) => each.address === address),
        ),
      );
    const seenChosen = (pattern: RegExp, address: string): boolean =>
      [...chosen].some((each) => {
        const [service = '', endpoint] = each.split(' ');
        return endpoint === address && pattern.test(service);
      });
    for (const [index, rule] of drawn.entries()) {
      const { breaches } = verdicts[index] as AssertionVerdict;
      const tell = (what: string, packet: Packet) =>
        `${what}: ${yamlOf(rule)}${JSON.stringify(packet)}\n${breaches.map(({ text }) => text).join('\n')}\nBEFORE\n${describeWorld(before)}\nAFTER\n${describeWorld(after, packet)}`;
      if (breaches.length === 0) {
        const breaking = outcomes.find((each) => {
          const place =
            each.place.kind === undefined && rule.verb === 'half'
              ? placeBefore(each.packet)
              : each.place;
          return breaks(rule, { ...each, place, isMember: isFrom(rule, each.packet, seenChosen) });
        });
        if (breaking !== undefined)
          return tell('said to hold, and a packet breaks it', breaking.packet);
        continue;
      }
      for (const breach of breaches.slice(0, 20)) {
        const packet = packetOf(breach);
        if (packet === undefined) continue;
        const place = placeOf(packet).kind === undefined ? placeBefore(packet) : placeOf(packet);
        const seen = {
          packet,
          place,
          isMember: isFrom(rule, packet, ofPlan),
          before: askBefore(packet),
          after: ask(packet),
        };
        const isNone = rule.verb === 'mustHaveEndpoints' && seen.after.served.length === 0;
        if (!isNone && !breaks(rule, seen))
          return tell(`its witness does not break it (${breach.text})`, packet);
      }
    }
    return undefined;
  };

test('a verdict is that of every packet, and a witness breaks what it is said to', () => {
  forAll(searches, 40, check('nftables'));
});

test('the same for the rules of iptables', () => {
  forAll(searches, 10, check('iptables'));
});
