import { expect, test } from 'vitest';
import type { RunResult } from '../../../src/host/machine/host.ts';
import { chainReader } from '../../../src/host/machine/kernel-chains.ts';
import { otherProxies } from '../../../src/host/machine/other-proxies.ts';
import { iptablesRulesIn } from '../../../src/iptables/host/leftovers.ts';
import { nftablesPresence } from '../../../src/nftables/host/leftovers.ts';
import { parseChains } from '../../../src/nftables/parse/listed-chains.ts';

const listing = `table ip nat {
	chain NATC-POSTROUTING {
	}
	chain KUBE-SERVICES {
	}
}
# Warning: table ip filter is managed by iptables-nft, do not touch!
table ip filter {
	chain FORWARD {
		comment "mine"
		type filter hook forward priority filter; policy drop;
	}
}
table netdev edge {
	chain in {
		type filter hook ingress device "lo" priority -500; policy accept;
	}
}
table ip6 natc {
}
`;

const exited = (stdout: string): RunResult => ({ kind: 'exited', exitCode: 0, stdout, stderr: '' });
const crash: RunResult = { kind: 'signalled', signal: 'SIGSEGV', stderr: '' };

function hostThat(answers: Readonly<Record<string, RunResult>>) {
  const asked: string[] = [];
  const run = async (command: string, args: readonly string[]): Promise<RunResult> => {
    const line = [command, ...args].join(' ');
    asked.push(line);
    return (
      answers[line] ?? {
        kind: 'exited',
        exitCode: 1,
        stdout: '',
        stderr: 'No such file or directory',
      }
    );
  };
  const host = { isRoot: true, run, readFile: async () => undefined, writeFile: async () => {} };
  return { asked, host };
}

test('a listing names tables, chains, and what makes a base chain', () => {
  expect(parseChains(listing)).toEqual([
    {
      family: 'ip',
      name: 'nat',
      chains: ['NATC-POSTROUTING', 'KUBE-SERVICES'].map((name) => ({ name, base: undefined })),
    },
    {
      family: 'ip',
      name: 'filter',
      chains: [{ name: 'FORWARD', base: { hook: 'forward', priority: 'filter', policy: 'drop' } }],
    },
    {
      family: 'netdev',
      name: 'edge',
      chains: [{ name: 'in', base: { hook: 'ingress', priority: '-500', policy: 'accept' } }],
    },
    { family: 'ip6', name: 'natc', chains: [] },
  ]);
});

/** What is asked, and what is found: other proxies, leftovers in iptables, natc's tables. */
async function look(answers: Readonly<Record<string, RunResult>>) {
  const { asked, host } = hostThat(answers);
  const chains = chainReader(host);
  const proxies = await otherProxies(host, () => new Set(['172.30.0.10']), false, chains);
  return {
    asked,
    proxies: proxies.map(({ code }) => code),
    hasLeftovers: await iptablesRulesIn(host, 'nf_tables', chains),
    presence: (await nftablesPresence(host, chains)).kind,
  };
}

const proxyChain = {
  'nft list chain ip nat KUBE-SERVICES': exited(
    'table ip nat {\n\tchain KUBE-SERVICES {\n\t\tip daddr 172.30.0.10 return\n\t}\n}\n',
  ),
};

test('all that look for chains of others share one listing', async () => {
  expect(await look({ 'nft -t list chains': exited(listing), ...proxyChain })).toEqual({
    asked: ['nft -t list chains', 'nft list chain ip nat KUBE-SERVICES'],
    proxies: ['NATC5028'],
    hasLeftovers: true,
    presence: 'present',
  });
  expect(await look({ 'nft -t list chains': exited('table inet x {\n}\n') })).toEqual({
    ...{ asked: ['nft -t list chains'], proxies: [], hasLeftovers: false, presence: 'absent' },
  });
});

test('where nft crashes on it, each asks by name', async () => {
  const leftover = 'table ip nat {\n\tchain NATC-POSTROUTING {\n\t}\n}\n';
  const answers = {
    'nft -t list chains': crash,
    'nft list chain ip nat NATC-POSTROUTING': exited(leftover),
    'nft -t list table ip6 natc': exited('table ip6 natc {\n}\n'),
    ...proxyChain,
  };
  const { asked, ...found } = await look(answers);
  expect(found).toEqual({ proxies: ['NATC5028'], hasLeftovers: true, presence: 'present' });
  expect(asked.filter((line) => line === 'nft -t list chains')).toHaveLength(1);
});

test('an empty listing is no proof that natc has no tables', async () => {
  const { asked, presence } = await look({ 'nft -t list chains': exited('') });
  expect(presence).toBe('absent');
  expect(asked).toContain('nft -t list table ip natc');
});
