import { describe, expect, test } from 'vitest';
import { parseNft } from '../../../src/nftables/parse/parse-nft.ts';
import { interpret } from '../../../src/nftables/simulate/interpret.ts';
import { prepare } from '../../../src/nftables/simulate/prepare.ts';
import { type NftOutcome, traceSteps } from '../../../src/nftables/simulate/trace.ts';
import { commonFateOf } from '../../../src/packet/outcome.ts';
import type { Packet, SimulatedHost } from '../../../src/packet/packet.ts';
import { endpointText } from '../../support/simulate.ts';

const host: SimulatedHost = {
  addresses: new Set(['192.168.0.2', '2001:db8::1']),
  routeLocalnet: true,
};

const fromOutside: Packet = {
  family: 'ip',
  source: '203.0.113.7',
  destination: '10.96.0.10',
  protocol: 'tcp',
  destinationPort: 80,
  inInterface: 'eth0',
  mark: 0,
};

const fromHere: Packet = { ...fromOutside, source: '192.168.0.2', inInterface: '' };

/** Runs a packet through a table `ip natc` (or the whole text, where it is one). */
function run(text: string, packet: Partial<Packet> = {}, on: SimulatedHost = host): NftOutcome {
  const whole = text.startsWith('table') ? text : `table ip natc {\n${text}\n}\n`;
  const { ruleset, diagnostics } = parseNft({ name: 'test.nft', text: whole });
  if (ruleset === undefined) throw new Error(diagnostics[0]?.message);
  return interpret(prepare(ruleset), { ...fromOutside, ...packet }, on);
}

const base = (hook: string, type: string, priority: number, ...rules: readonly string[]): string =>
  `chain ${type}-${hook}-${priority + 500} {
  type ${type} hook ${hook} priority ${priority}; policy accept;
  ${rules.join('\n')}
}`;

const forward = (...rules: readonly string[]): string => base('forward', 'filter', 0, ...rules);
const prerouting = (...rules: readonly string[]): string =>
  base('prerouting', 'nat', -100, ...rules);

const kind = (outcome: NftOutcome): string => commonFateOf(outcome).kind;

/** Whether a rule matches, seen by the drop that follows. */
const matches = (match: string, packet: Partial<Packet> = {}, sets = ''): boolean =>
  kind(run(`${sets}\n${forward(`${match} drop`)}`, packet)) === 'drop';

describe('matches', () => {
  test('address: a network, a single address, negated', () => {
    expect(matches('ip saddr 203.0.113.0/24')).toBe(true);
    expect(matches('ip saddr 203.0.112.0/24')).toBe(false);
    expect(matches('ip saddr != 203.0.113.0/24')).toBe(false);
    expect(matches('ip daddr 10.96.0.10')).toBe(true);
    expect(matches('ip daddr != 10.96.0.1')).toBe(true);
  });

  test('protocol and port', () => {
    expect(matches('meta l4proto tcp')).toBe(true);
    expect(matches('meta l4proto udp')).toBe(false);
    expect(matches('tcp dport 80')).toBe(true);
    expect(matches('udp dport 80')).toBe(false);
    expect(matches('tcp dport 81')).toBe(false);
  });

  test('interface: whole name, prefix, negated', () => {
    expect(matches('iifname "eth0"')).toBe(true);
    expect(matches('iifname "eth"')).toBe(false);
    expect(matches('iifname "eth*"')).toBe(true);
    expect(matches('iifname != "eth0"')).toBe(false);
  });

  test('a packet made here has no input interface (M11)', () => {
    const output = (rule: string) => kind(run(base('output', 'filter', 0, rule), fromHere));
    expect(output('iifname "eth0" drop')).toBe('pass');
    expect(output('iifname "*" drop')).toBe('pass');
    expect(output('iifname != "eth0" drop')).toBe('drop');
  });

  test('local addresses, loopback included', () => {
    expect(matches('fib saddr type local')).toBe(false);
    const output = (packet: Partial<Packet>) =>
      kind(
        run(base('output', 'filter', 0, 'fib daddr type local drop'), { ...fromHere, ...packet }),
      );
    expect(output({ destination: '192.168.0.2' })).toBe('drop');
    expect(output({ destination: '127.3.2.1' })).toBe('drop');
    expect(output({ destination: '192.168.0.3' })).toBe('pass');
  });

  test('connection state and mark', () => {
    expect(matches('ct state new')).toBe(true);
    expect(matches('ct status dnat')).toBe(false);
    expect(matches('meta mark & 0x4000 == 0x4000')).toBe(false);
    expect(matches('meta mark & 0x4000 == 0x4000', { mark: 0x4001 })).toBe(true);
    expect(matches('meta mark & 0x80000000 == 0x80000000', { mark: 0x80000000 })).toBe(true);
  });

  test('sets: concatenated, negated, with networks', () => {
    const exact = `set s {
      typeof ip daddr . meta l4proto . th dport
      elements = { 10.96.0.10 . tcp . 80 }
    }`;
    const key = 'ip daddr . meta l4proto . th dport';
    expect(matches(`${key} @s`, {}, exact)).toBe(true);
    expect(matches(`${key} @s`, { protocol: 'udp' }, exact)).toBe(false);
    expect(matches(`${key} != @s`, { destinationPort: 81 }, exact)).toBe(true);
    const networks = `set s {
      typeof ip daddr . ip saddr
      flags interval
      elements = { 10.96.0.10 . 203.0.113.0/24, 10.96.0.10 . 198.51.100.9, 10.96.0.0/16 . 10.0.0.0/8 }
    }`;
    const from = (source: string) => matches('ip daddr . ip saddr @s', { source }, networks);
    expect(['203.0.113.255', '198.51.100.9', '10.9.9.9'].map(from)).toEqual([true, true, true]);
    expect(['203.0.114.0', '198.51.100.8', '11.0.0.0'].map(from)).toEqual([false, false, false]);
  });

  test('a field that the packet lacks ends the rule, negated or not', () => {
    const set = 'set s {\ntypeof udp dport\n}';
    expect(matches('udp dport @s', {}, set)).toBe(false);
    expect(matches('udp dport != @s', {}, set)).toBe(false);
    expect(matches('udp dport != @s', { protocol: 'udp' }, set)).toBe(true);
  });
});

describe('the way through chains', () => {
  const chains = `
    chain stop {
      drop
    }
    chain back {
      return
      drop
    }
    chain ends {
    }`;

  test('jump comes back, goto does not', () => {
    expect(kind(run(`${chains}\n${forward('jump back', 'drop')}`))).toBe('drop');
    expect(kind(run(`${chains}\n${forward('jump ends', 'drop')}`))).toBe('drop');
    expect(kind(run(`${chains}\n${forward('goto ends', 'drop')}`))).toBe('pass');
    expect(kind(run(`${chains}\n${forward('goto stop')}`))).toBe('drop');
  });

  test('goto within a chain that was jumped to comes back to the jump', () => {
    const chain = 'chain middle {\ngoto back\naccept\n}';
    expect(kind(run(`${chains}\n${chain}\n${forward('jump middle', 'drop')}`))).toBe('drop');
  });

  test('accept ends its base chain only', () => {
    const later = base('forward', 'filter', 10, 'drop');
    expect(kind(run(`${forward('accept', 'reject')}\n${later}`))).toBe('drop');
  });

  test('chains of a hook run by priority, those of the same in their order', () => {
    const text = [base('forward', 'filter', 5, 'drop'), base('forward', 'filter', -5, 'reject')];
    expect(kind(run(text.join('\n')))).toBe('reject');
  });

  test('a verdict map without an element for the packet does nothing', () => {
    const map = (key: string) => `map m {
      typeof ip daddr . meta l4proto . th dport : verdict
      elements = { ${key} : goto stop }
    }`;
    const rule = 'ip daddr . meta l4proto . th dport vmap @m';
    expect(kind(run(`${map('10.96.0.10 . tcp . 80')}\n${chains}\n${forward(rule)}`))).toBe('drop');
    expect(kind(run(`${map('10.96.0.10 . tcp . 81')}\n${chains}\n${forward(rule)}`))).toBe('pass');
  });

  test('a loop of chains, or a name that is not there, is no ruleset', () => {
    expect(() => run(`chain a {\njump a\n}\n${forward('jump a')}`)).toThrow('too many jumps');
    expect(() => run(forward('jump nowhere'))).toThrow('no chain nowhere');
    expect(() => run(forward('ip daddr @nowhere drop'))).toThrow('no set or map nowhere');
  });
});

const endpoints = `map endpoints {
  typeof ip daddr . tcp dport . numgen random mod 65536 : ip daddr . tcp dport
  elements = {
    10.96.0.10 . 80 . 0 : 10.1.0.6 . 8080,
    10.96.0.10 . 80 . 1 : 192.168.0.2 . 8081,
  }
}`;
const pick = (count: number) =>
  `dnat ip to ip daddr . tcp dport . numgen random mod ${count} map @endpoints`;

const branches = (outcome: NftOutcome): unknown =>
  outcome.branches.map((branch) => [endpointText(branch), branch.probability, branch.local]);

describe('dnat', () => {
  test('follows every random number', () => {
    expect(branches(run(`${endpoints}\n${prerouting(pick(2))}`))).toEqual([
      ['10.1.0.6:8080', 1 / 2, false],
      ['192.168.0.2:8081', 1 / 2, true],
    ]);
  });

  test('goes on with the next rule where the map has no element', () => {
    const outcome = run(`${endpoints}\n${prerouting(pick(4), 'drop')}`);
    expect(outcome.branches.map(({ verdict, probability }) => [verdict, probability])).toEqual([
      ['drop', 1 / 2],
      ['accept', 1 / 4],
      ['accept', 1 / 4],
    ]);
    expect(kind(outcome)).toBe('mixed');
  });

  test('a map of addresses keeps the port, or takes the one of the statement', () => {
    const map = (port: string) => `map clients {
      typeof ip saddr : ip daddr
      elements = { 203.0.113.7 : 10.1.0.6 }
    }
    ${prerouting(`dnat ip to ip saddr map @clients${port}`)}`;
    expect(branches(run(map(' : 8080')))).toEqual([['10.1.0.6:8080', 1, false]]);
    expect(branches(run(map('')))).toEqual([['10.1.0.6:80', 1, false]]);
  });

  test('ct original is the destination before it, ct status dnat says that it changed', () => {
    const seen = `set first {
      typeof ip daddr . tcp dport
      elements = { 10.96.0.10 . 80 }
    }`;
    const rule =
      'meta l4proto tcp ct status dnat ct original ip daddr . ct original proto-dst @first drop';
    const text = `${endpoints}\n${seen}\n${prerouting(pick(1))}\n${forward(rule)}`;
    expect(kind(run(text))).toBe('drop');
    const same = text.replace('10.1.0.6 . 8080', '10.96.0.10 . 80');
    expect(kind(run(same))).toBe('dnat');
  });

  test('the first nat chain that translates settles the destination', () => {
    const second = base('prerouting', 'nat', -90, 'drop');
    expect(kind(run(`${endpoints}\n${prerouting(pick(1))}\n${second}`))).toBe('dnat');
    expect(kind(run(`${endpoints}\n${prerouting('accept')}\n${second}`))).toBe('drop');
  });

  test('equal endpoints add up', () => {
    const same = endpoints.replace('192.168.0.2 . 8081', '10.1.0.6 . 8080');
    expect(branches(run(`${same}\n${prerouting(pick(2))}`))).toEqual([['10.1.0.6:8080', 1, false]]);
  });

  test('pins of affinity, given by the caller', () => {
    const text = `table ip natc {
      map clients {
        typeof ip saddr : ip daddr
        size 65535
        flags dynamic,timeout
        timeout 10800s
      }
      ${prerouting('dnat ip to ip saddr map @clients : 8080')}
    }`;
    const { ruleset } = parseNft({ name: 'test.nft', text });
    if (ruleset === undefined) throw new Error('no ruleset');
    const pins = new Map([['clients', new Map([['203.0.113.7', '10.1.0.9']])]]);
    const answer = (options: object) =>
      kind(interpret(prepare(ruleset), fromOutside, host, options));
    expect([answer({}), answer({ pins })]).toEqual(['pass', 'dnat']);
  });
});

describe('marks and masquerade', () => {
  const postrouting = base(
    'postrouting',
    'nat',
    100,
    'meta mark & 0x4000 == 0x4000 meta mark set meta mark xor 0x4000 masquerade fully-random',
  );

  test('a marked packet is masqueraded and its mark cleared, other bits stay', () => {
    const text = `${prerouting('meta mark set meta mark or 0x4000')}\n${postrouting}`;
    const [branch] = run(text, { mark: 0x80000001 }).branches;
    expect([branch?.masquerade, branch?.mark]).toEqual([true, 0x80000001]);
    expect(run(postrouting).branches[0]?.masquerade).toBe(false);
  });

  test('nothing is masqueraded on its way to a process of this node', () => {
    const text = `${prerouting('meta mark set meta mark or 0x4000')}\n${postrouting}`;
    const [branch] = run(text, { destination: '192.168.0.2' }).branches;
    expect([branch?.masquerade, branch?.mark]).toEqual([false, 0x4000]);
  });

  test('reject is no drop', () => {
    expect(kind(run(forward('reject')))).toBe('reject');
  });

  test('an update of a dynamic map changes nothing for the packet itself', () => {
    const map =
      'map m {\ntypeof ip saddr : ip daddr\nsize 5\nflags dynamic,timeout\ntimeout 60s\n}';
    const rule = 'update @m { ip saddr : ip daddr } drop';
    const outcome = run(`${map}\n${forward(rule)}`);
    expect(kind(outcome)).toBe('drop');
    const effects = traceSteps(outcome.branches[0]?.trace).map((step) =>
      step.kind === 'statement' ? step.effect : step.kind,
    );
    expect(effects).toContainEqual({
      kind: 'map-update',
      map: 'm',
      key: '203.0.113.7',
      value: '10.96.0.10',
    });
  });
});

describe('the way through the hooks', () => {
  const hooksOf = (packet: Partial<Packet>, text = everywhere): unknown =>
    traceSteps(run(text, packet).branches[0]?.trace).flatMap((step) =>
      step.kind === 'hook' ? [`${step.hook.type} ${step.hook.hook}`] : [],
    );
  const everywhere = ['prerouting', 'input', 'forward', 'output', 'postrouting']
    .flatMap((hook) => [
      base(hook, 'filter', 0),
      ...(hook === 'forward' ? [] : [base(hook, 'nat', 10)]),
    ])
    .join('\n');

  test('forwarded, delivered, made here', () => {
    const through = ['filter prerouting', 'nat prerouting', 'filter forward'];
    const out = ['filter postrouting', 'nat postrouting'];
    expect(hooksOf({})).toEqual([...through, ...out]);
    expect(hooksOf({ destination: '192.168.0.2' })).toEqual([
      'filter prerouting',
      'nat prerouting',
      'filter input',
      'nat input',
    ]);
    expect(hooksOf(fromHere)).toEqual(['filter output', 'nat output', ...out]);
  });

  test('to itself: out and in again, where nat chains no longer run', () => {
    expect(hooksOf({ ...fromHere, destination: '127.0.0.1' })).toEqual([
      'filter output',
      'nat output',
      'filter postrouting',
      'nat postrouting',
      'filter prerouting',
      'filter input',
    ]);
  });

  test('DNAT to this node turns a forwarded packet into a delivered one', () => {
    const local = endpoints.replace('10.1.0.6 . 8080', '192.168.0.2 . 8080');
    const text = `${local}\n${prerouting(pick(1))}\n${base('input', 'filter', 0, 'drop')}`;
    expect(kind(run(text))).toBe('drop');
  });

  test('IPv4 and IPv6 have tables of their own', () => {
    const text = `table ip6 natc {\n${forward('drop')}\n}\n`;
    expect(kind(run(text))).toBe('pass');
    const packet = { family: 'ip6', source: 'fd00::7', destination: 'fd00::8' } as const;
    expect(kind(run(text, packet))).toBe('drop');
  });

  test('loopback addresses stay on the loopback without route_localnet', () => {
    const off = { ...host, routeLocalnet: false };
    const toLoopback = { destination: '127.0.0.1' };
    expect(kind(run(everywhere, toLoopback, off))).toBe('martian');
    expect(kind(run(everywhere, toLoopback))).toBe('pass');
    const fromLoopback = { ...fromHere, source: '127.0.0.1' };
    expect(kind(run(everywhere, fromLoopback, off))).toBe('martian');
    expect(kind(run(everywhere, { ...fromLoopback, ...toLoopback }, off))).toBe('pass');
    const packet = { family: 'ip6', source: 'fd00::7', destination: '::1' } as const;
    expect(kind(run(everywhere, packet))).toBe('martian');
  });
});
