import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { caseNames } from '../support/cases.ts';
import { expectGolden } from '../support/golden.ts';
import { ruleIds } from '../support/rule-ids.ts';
import { type RuleEntry, sections } from './rules.ts';

const entries = sections.flatMap((section) => section.rules);

describe('docs/compatibility.md', () => {
  test('is made from the list of rules', () => {
    expectGolden('docs/compatibility.md', renderPage());
  });

  test('every test it names exists', () => {
    const missing = entries.flatMap(({ tests }) => tests).filter((ref) => !exists(ref));
    expect(missing).toEqual([]);
  });

  test('it has the rules of docs/rules.md, all of them and no others', () => {
    const listed = entries.flatMap(({ rules }) => rules);
    const kept = [...ruleIds()].filter((rule) => !rule.startsWith('ND'));
    expect([...listed].sort()).toEqual(kept.sort());
  });
});

/** The behaviour case is there, or the test file has such a title. */
function exists(ref: string): boolean {
  const [where = '', title = ''] = ref.split(': ', 2);
  if (where === 'case') return caseNames.some((name) => name.includes(title));
  return title !== '' && existsSync(where) && readFileSync(where, 'utf8').includes(title);
}

function renderPage(): string {
  const tables = sections.map(
    ({ title, rules }) =>
      `## ${title}\n\n| rule | what it is about | natc | kube-proxy, nftables mode | iptables mode | tests |\n|---|---|---|---|---|---|\n${rules
        .map(renderEntry)
        .join('\n')}\n`,
  );
  return `${head}\n${tables.join('\n')}`;
}

const words = { same: 'same', own: 'decided', outside: 'not done' } as const;

function renderEntry({
  rules,
  says,
  natc,
  remark,
  nftablesMode,
  iptablesMode,
  tests,
}: RuleEntry): string {
  const does = remark === undefined ? words[natc] : `${words[natc]}. ${remark}`;
  const refs = tests.map((ref) => `\`${ref.replace('test/', '')}\``).join(', ');
  return `| ${rules.join(', ')} | ${says} | ${does} | ${nftablesMode ?? ''} | ${iptablesMode ?? ''} | ${refs} |`;
}

const head = `# Compatibility with kube-proxy

Whoever replaces kube-proxy with natc should notice no difference in what packets do. This page lists
the behaviour rule by rule: what natc does, where kube-proxy's own two modes differ, and which tests hold
natc to it. Rule ids are those that code and tests cite; [rules.md](rules.md) says what each is and
where it is from. The page is generated (\`npm run docs\`) from
test/compatibility/rules.ts, and a test finds every test that is named here.

Besides the tests named, all rules are held by three properties over generated clusters and packets: a
reference oracle, the plan, the simulator's reading of the ruleset and the kernel itself must agree
(test/properties).

## Beside the real kube-proxy

\`npm run peer\` builds the proxiers of kube-proxy 1.37.2 from their Go module, lets them write their rules into
network namespaces, and compares there what packets see with both of natc's backends, and what becomes of connections
over several worlds with its nftables backend. It was run on 27 November 2026, with kube-proxy in nftables mode:

| | compared | different |
|---|---|---|
| the behaviour cases (fixtures/cases) | 76 cases, 388 flows | 4 flows by ND2, 1 by ND3 |
| generated worlds, every other one with rarer objects | 150 worlds (seed 1000), 5,821 flows | 83 by ND4, 8 by ND3 |
| UDP connections over two worlds (C1 to C9) | 18 sequences | in 8 of them natc also ends what kube-proxy leaves, at node ports, of Services, addresses and ports that are gone, and at an address that a Service has only now (ND9); it leaves flows of other hosts alone that kube-proxy deletes (C7) |
| pins of session affinity over two or three worlds | 21 sequences | 1 by ND12: the port has another name |

ND2: kube-proxy's nftables mode serves no node port on loopback. ND3: it masquerades no hairpin of an endpoint whose
node is not known. ND4: it drops what goes to a cluster IP that another proxy serves, where the address is in a
ServiceCIDR. Every flow was sent until each endpoint that may be chosen had been seen.

Its rules are also read and compared, for every address, port and kind of client, with natc's for the same objects
(\`npm run peer -- --only listings\`): the behaviour cases and, on 28 November 2026, 300 generated worlds (seed 1) in both
modes. Each difference is one that a decision or rule below makes, alone or with others, and natc names it: in the nftables mode
394 by ND1, 16 by ND2, 168 by ND3, 38 by ND4; in the iptables mode 289 by ND1, 8 by ND2, 243 by ND3, 496 by ND6, 123 by I9,
267 by I11, 820 by K1, 486 by K2, 62 by P6, and 7 by two of them.

## Decisions

kube-proxy's nftables and iptables modes differ; natc has one semantics, and both of its backends have it.

| | decision |
|---|---|
| ND1 | \`--nodeport-addresses\` unset means all local addresses of the node, loopback included |
| ND2 | IPv4 loopback node ports are served in the kernel; \`::1\` cannot be, and a warning says so |
| ND3 | hairpin masquerading covers endpoints of this node and of unknown node; without \`--node-name\` all |
| ND4 | unused ports of cluster IPs are refused, unallocated addresses of \`--service-cidr\` dropped, what another proxy serves left alone |
| ND5 | a destination that two Services claim is an error that names both |
| ND6 | source ranges and node ports without endpoints as in nftables mode |
| ND7 | node-port addresses of one family only open the other, as kube-proxy does; a warning names the entry that closes it |
| ND8 | manifests are validated as the API server would |
| ND9 | after an apply no UDP or SCTP connection leads from a destination that natc served to an endpoint that it no longer leads to |
| ND10 | with \`--validate warn\`, what cannot be read whole lets in less than was written, never more ([security](security.md#what---validate-warn-makes-of-what-it-cannot-read)) |
| ND11 | with \`--validate warn\` a cluster IP goes before a load-balancer IP and that before an external IP, then the older Service |
| ND12 | with nftables, clients of session affinity stay with their endpoint also when the port of their Service gets another name, protocol and number being the same |

## The two backends

Both treat every packet alike (\`test/properties/backends-agree.test.ts\`). What iptables cannot do as
nftables does is in [iptables.md](iptables.md), and \`natc check --backend iptables\` warns where an input
is touched by it: no atomicity over tables and families, affinity lists of limited size that are lost with
their endpoint, rules that grow with the number of endpoints, no delta and no rollback.
`;
