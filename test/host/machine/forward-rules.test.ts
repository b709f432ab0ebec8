import { describe, expect, test } from 'vitest';
import { dropChainsIn, foreignForward } from '../../../src/host/machine/foreign-forward.ts';
import { acceptsTranslated } from '../../../src/host/machine/forward-rules.ts';
import type { RunResult } from '../../../src/host/machine/host.ts';
import { forwardStepOf } from '../../../src/iptables/rule-text.ts';
import { nftStep, parseChains } from '../../../src/nftables/parse/listed-chains.ts';
import type { ForwardStep } from '../../../src/packet/forward-step.ts';
import { crash } from '../../support/live-host.ts';

describe('a rule as nft prints it', () => {
  test.each([
    'accept',
    'ct status dnat accept',
    'ct status snat,dnat accept',
    'ct status & dnat == dnat accept',
    'ct status dnat counter packets 5 bytes 300 accept comment "ct state new drop"',
    'ct status dnat log prefix "to pods: " accept',
    'counter packets 0 bytes 0 accept',
    'meta nfproto ipv4 ct status dnat accept',
  ])('%s accepts', (line) => {
    expect(nftStep(`\t\t${line}`, 'IPv4')).toEqual({ kind: 'accept' });
  });

  test.each([
    'ct state established,related accept',
    'ct status snat accept',
    'ct status != dnat accept',
    'ct status { dnat } accept',
    'ct status dnat ip daddr 10.0.0.0/8 accept',
    'ip daddr 10.180.0.0/16 accept',
    'meta nfproto ipv6 accept',
    'iifname "eth0" drop comment "ct status dnat accept"',
    'limit rate 5/second accept',
    'type filter hook forward priority filter; policy accept;',
    'ct state vmap { established : accept }',
    '',
  ])('%s depends', (line) => {
    expect(nftStep(`\t\t${line}`, 'IPv4')).toEqual({ kind: 'other' });
  });

  test('verdicts and jumps', () => {
    expect(nftStep('counter packets 1 bytes 2 drop', 'IPv6')).toEqual({ kind: 'drop' });
    expect(nftStep('reject with icmpx admin-prohibited', 'IPv6')).toEqual({ kind: 'drop' });
    expect(nftStep('counter packets 0 bytes 0 jump DOCKER-USER', 'IPv4')).toEqual({
      ...{ kind: 'call', chain: 'DOCKER-USER', isGoto: false },
    });
    expect(nftStep('goto last', 'IPv4')).toEqual({ kind: 'call', chain: 'last', isGoto: true });
  });
});

test.each<[string, ForwardStep['kind']]>([
  ['-A FORWARD -j ACCEPT', 'accept'],
  ['-A FORWARD -m conntrack --ctstate DNAT -j ACCEPT', 'accept'],
  ['-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED,DNAT -j ACCEPT', 'accept'],
  [
    '-A FORWARD -m comment --comment "to -j DROP pods" -m conntrack --ctstate DNAT -j ACCEPT',
    'accept',
  ],
  ['-A FORWARD -m conntrack ! --ctstate DNAT -j ACCEPT', 'other'],
  ['-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', 'other'],
  ['-A FORWARD -m conntrack --ctstate DNAT -i eth0 -j ACCEPT', 'other'],
  ['-A FORWARD -d 10.180.0.0/16 -j ACCEPT', 'other'],
  ['-A FORWARD -j LOG --log-prefix "x "', 'other'],
  ['-A FORWARD -j REJECT --reject-with icmp-port-unreachable', 'drop'],
  ['-A FORWARD -j RETURN', 'return'],
  ['-A FORWARD -j DOCKER-USER', 'call'],
  ['-P FORWARD DROP', 'other'],
])('iptables -S: %s', (line, kind) => {
  expect(forwardStepOf(line).kind).toBe(kind);
});

describe('a chain', () => {
  const accepts = (chains: Readonly<Record<string, readonly string[]>>) =>
    acceptsTranslated('FORWARD', async (name) =>
      chains[name]?.map((rule) => forwardStepOf(`-A ${name} ${rule}`)),
    );
  const dnat = '-m conntrack --ctstate DNAT -j ACCEPT';

  test('accepts what a chain does that all packets go through', async () => {
    expect(await accepts({ FORWARD: ['-i eth1 -j DROP', '-j USER'], USER: [dnat] })).toBe(true);
    expect(await accepts({ FORWARD: ['-j USER', dnat], USER: ['-j RETURN', '-j DROP'] })).toBe(
      true,
    );
    expect(await accepts({ FORWARD: ['-i eth1 -j USER'], USER: [dnat] })).toBe(false);
  });

  test('does not where all packets are dropped first, or leave', async () => {
    expect(await accepts({ FORWARD: ['-j DROP', dnat] })).toBe(false);
    expect(await accepts({ FORWARD: ['-g USER', dnat], USER: [] })).toBe(false);
    expect(await accepts({ FORWARD: [] })).toBe(false);
    expect(await accepts({ FORWARD: ['-j FORWARD'] })).toBe(false);
  });

  test('that cannot be read is not judged', async () => {
    expect(await accepts({ FORWARD: ['-j GONE', dnat] })).toBeUndefined();
  });
});

const chainsOf = (policy: string) => `table ip natc {
	chain filter-forward {
		type filter hook forward priority filter; policy drop;
	}
}
table inet fw {
	chain forw {
		comment "mine"
		type filter hook forward priority filter + 10; policy ${policy};
	}
	chain input {
		type filter hook input priority filter; policy drop;
	}
	chain "plain" {
	}
}
table bridge b {
	chain f {
		type filter hook forward priority filter; policy drop;
	}
}
`;

test('the listing of chains has those of others that drop', () => {
  expect(dropChainsIn(parseChains(chainsOf('accept')))).toEqual([]);
  expect(dropChainsIn(parseChains(chainsOf('drop')))).toEqual([
    {
      family: 'inet',
      table: 'fw',
      chain: 'forw',
      priority: 'filter + 10',
      hasDockerUser: false,
    },
  ]);
});

const printed = (stdout: string): RunResult => ({
  kind: 'exited',
  exitCode: 0,
  stdout,
  stderr: '',
});

function hostWith(
  answers: Readonly<Record<string, RunResult>>,
  files: Record<string, string> = {},
) {
  const asked: string[] = [];
  return {
    asked,
    host: {
      isRoot: true,
      run: async (command: string, args: readonly string[]): Promise<RunResult> => {
        const line = [command, ...args].join(' ');
        asked.push(line);
        return answers[line] ?? { kind: 'not-started', message: `${command}: command not found` };
      },
      readFile: async (path: string) => files[path],
      writeFile: async () => {},
    },
  };
}

const listedRules = (rules: string) =>
  printed(
    `table inet fw {\n\tchain forw {\n\t\ttype filter hook forward priority filter + 10; policy drop;\n${rules}\t}\n}\n`,
  );

describe('looking at the chains of others', () => {
  test('says whose packets a chain drops', async () => {
    const { host } = hostWith({
      'nft -t list chains': printed(chainsOf('drop')),
      'nft -t list chain inet fw forw': listedRules(
        '\t\tmeta nfproto ipv4 ct status dnat accept\n',
      ),
    });
    const { chains, notLookedAt } = await foreignForward(host, ['IPv4', 'IPv6']);
    expect({ drops: chains.map(({ drops }) => drops), notLookedAt }).toEqual({
      ...{ drops: [['IPv6']], notLookedAt: [] },
    });
    expect(await foreignForward(host, ['IPv4'])).toEqual({
      ...{ chains: [], notLookedAt: [], hasFailed: false },
    });
  });

  test('asks nobody where natc forwards nothing', async () => {
    const { host, asked } = hostWith({});
    await foreignForward(host, []);
    expect(asked).toEqual([]);
  });

  test('family by family where nft crashes', async () => {
    const { host } = hostWith({
      'nft -t list chains': crash,
      'nft -t list chains ip': printed(''),
      'nft -t list chains ip6': crash,
      'nft -t list chains inet': printed(chainsOf('drop')),
      'nft -t list chain inet fw forw': listedRules(''),
    });
    const { chains, notLookedAt } = await foreignForward(host, ['IPv4', 'IPv6']);
    expect(chains.map(({ table }) => table)).toEqual(['fw']);
    expect(notLookedAt).toEqual(['nft -t list chains ip6: killed by SIGSEGV']);
  });

  test('without a judgement where nft crashes on the rules', async () => {
    const { host } = hostWith({
      'nft -t list chains': printed(chainsOf('drop')),
      'nft -t list chain inet fw forw': crash,
    });
    expect(await foreignForward(host, ['IPv4'])).toEqual({
      chains: [],
      notLookedAt: ['nft list chain inet fw forw: no answer'],
      hasFailed: true,
    });
  });

  test('asks iptables-legacy only where its table is', async () => {
    const table = { '/proc/net/ip_tables_names': 'filter\n' };
    const answers = {
      'nft -t list chains': printed(''),
      'iptables-legacy -V': printed('iptables v1.8.9 (legacy)'),
      'iptables-legacy -t filter -S FORWARD': printed('-P FORWARD DROP\n'),
    };
    const without = hostWith(answers);
    expect((await foreignForward(without.host, ['IPv4'])).chains).toEqual([]);
    expect(without.asked).toEqual(['nft -t list chains']);
    const { chains } = await foreignForward(hostWith(answers, table).host, ['IPv4']);
    expect(chains.map(({ program, drops }) => ({ program, drops }))).toEqual([
      { program: 'iptables-legacy', drops: ['IPv4'] },
    ]);
  });

  test('takes an iptables from before 1.8 for the legacy one', async () => {
    const { host } = hostWith(
      {
        'nft -t list chains': printed(''),
        'iptables -V': printed('iptables v1.6.2'),
        'iptables -t filter -S FORWARD': printed('-P FORWARD DROP\n'),
      },
      { '/proc/net/ip_tables_names': 'filter\n' },
    );
    expect((await foreignForward(host, ['IPv4'])).chains).toHaveLength(1);
  });

  test('asks iptables-nft where there is no nft, and nobody where the kernel has no nf_tables', async () => {
    const { host } = hostWith({
      'iptables-nft -t filter -S FORWARD': printed('-P FORWARD DROP\n'),
    });
    const { chains, notLookedAt, hasFailed } = await foreignForward(host, ['IPv4', 'IPv6']);
    expect(chains.map(({ program, family }) => ({ program, family }))).toEqual([
      { program: 'iptables-nft', family: 'ip' },
    ]);
    // There will be none the next time either.
    expect({ notLookedAt, hasFailed }).toEqual({
      notLookedAt: ['nft -t list chains: nft: command not found'],
      hasFailed: false,
    });
    const stderr = 'netlink: Error: cache initialization failed: Operation not supported\n';
    const none: RunResult = { kind: 'exited', exitCode: 1, stdout: '', stderr };
    expect(await foreignForward(hostWith({ 'nft -t list chains': none }).host, ['IPv4'])).toEqual({
      ...{ chains: [], notLookedAt: [], hasFailed: false },
    });
  });
});
