/**
 * Addresses that are two things at once, in what the real kube-proxy 1.37.2 wrote (fixtures/kube-proxy/addresses): each
 * difference has the decisions that make all of it, and a fault beside them has none, whatever natc's side is.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ListedSide } from '../../src/diff/listed-traffic.ts';
import { diffListedTraffic } from '../../src/diff/listed-traffic.ts';
import { parseListing } from '../../src/kube-proxy/parse-listing.ts';
import { readRuleset } from '../../src/nftables/parse/read-ruleset.ts';
import { renderNft } from '../../src/nftables/render/nft.ts';
import { optionsOfNode } from '../support/cases.ts';
import { canonical } from '../support/kernel-packets.ts';
import { compileValid } from '../support/worlds-compile.ts';
import { readAddresses, readCaseOf } from './recorded.ts';
import { describeChanges } from './told.ts';

const folder = 'fixtures/kube-proxy/addresses';
const { node, input } = readAddresses().file;
const { plan, ruleset } = compileValid({ node, objects: input }, optionsOfNode(node));
const golden = renderNft(ruleset);

function read(text: string): ListedSide['ruleset'] {
  const { ruleset: found, diagnostics } = readRuleset({ name: 'natc.nft', text });
  if (found === undefined) throw new Error(diagnostics.map(({ message }) => message).join());
  return found;
}

/** A kernel keeps the comments of elements, and no others. */
const asInKernel = (text: string): string => text.replaceAll(/^\s*#.*\n/gm, '');

const nodeName = node.hostname ?? '';
const sides = {
  manifests: { ruleset, plan, nodeName },
  'a golden file': { ruleset: read(golden), nodeName },
  live: { ruleset: read(asInKernel(golden)) },
} as const satisfies Readonly<Record<string, ListedSide>>;

type Mode = 'nft' | 'iptables-save';
type Change = (text: string) => string;

/** Changes in words, by the decisions that make them; '' for none. */
function told(mode: Mode, change: Change, natc: ListedSide): Readonly<Record<string, string>> {
  return toldOf(change(readFileSync(`${folder}/listing.${mode}`, 'utf8')), natc);
}

function toldOf(text: string, natc: ListedSide): Readonly<Record<string, string>> {
  const { listing, diagnostics } = parseListing({ name: 'listing', text });
  if (listing === undefined) throw new Error(diagnostics.map(({ message }) => message).join());
  const { diff } = diffListedTraffic(
    { ruleset: listing.outline, listing },
    natc,
    new Set(node.localIPs.map(canonical)),
  );
  const by: Record<string, string> = {};
  for (const each of diff.changes) {
    const id = each.known?.id ?? '';
    by[id] = [by[id], ...describeChanges([each])].filter((line) => line !== undefined).join('\n');
  }
  return by;
}

function recordedIn(other: string) {
  const file = readCaseOf(other);
  const made = compileValid({ node: file.node, objects: file.input }, optionsOfNode(file.node));
  const saved = readFileSync(`${other}/listing.iptables-save`, 'utf8');
  return { saved, natc: { ruleset: made.ruleset, plan: made.plan, nodeName } };
}

const same: Change = (text) => text;

const without =
  (line: RegExp): Change =>
  (text) =>
    text.replaceAll(line, '');
const instead =
  (from: string, to: string): Change =>
  (text) =>
    text.replaceAll(from, to);
const both =
  (first: Change, second: Change): Change =>
  (text) =>
    second(first(text));

describe('what kube-proxy wrote', () => {
  test.each([
    ['manifests', sides.manifests],
    ['a golden file', sides['a golden file']],
  ])('all differences from %s have the decisions that make them', (_, natc) => {
    const nft = told('nft', same, natc);
    expect(Object.keys(nft).sort()).toEqual(['ND1', 'ND3', 'ND4']);
    const saved = told('iptables-save', same, natc);
    expect(Object.keys(saved).sort()).toEqual(
      ['I11', 'K1', 'K1, K2', 'K2', 'ND3', 'ND6', 'P6', 'P6, ND6'].sort(),
    );
    expect(saved['P6']).toContain('172.30.0.51:80/TCP gains 10.180.2.2:8080 (1/3)');
    expect(saved['P6, ND6']).toContain('loses 10.180.2.3:30090, (refused) (1/2 each)');
    expect(saved['K1, K2']).toContain('loses 172.30.0.53:8080, 172.30.9.9:8080 (1/3 each)');
  });

  test('of a kernel nobody can tell nodes of endpoints, nor the internal traffic policy', () => {
    expect(told('nft', same, sides.live)['']).toMatch(
      /^shop\/guarded: .* SNAT begins for 10\.180\.2\.7 itself: [^\n]*$/,
    );
    const saved = told('iptables-save', same, sides.live);
    expect(saved['']?.split('\n').map((line) => line.replace(/:.*/, ''))).toEqual([
      'shop/near',
      'shop/odd',
      'shop/through',
    ]);
    expect(saved['P6']).toContain('172.30.0.50:80/TCP SNAT begins for pods');
    expect(saved['P6, ND6']).toContain('loses 10.180.2.3:30090, (refused) (1/2 each)');
  });
});

describe('with --masquerade-all', () => {
  const { saved, natc } = recordedIn('fixtures/kube-proxy/masquerade-all');

  test('pods are masqueraded at an address that is external too, and has no endpoint here', () => {
    const is = toldOf(saved, natc);
    expect(is['']).toBeUndefined();
    expect(is['P6']).toMatch(/away: .*172\.30\.0\.50:80\/TCP SNAT begins for pods/);
    // With an endpoint on another node alone, which pods get to: none of it is lost.
    const stale = toldOf(saved.replaceAll('10.180.2.1:8080', '10.180.2.9:8080'), natc);
    expect(stale['']).toMatch(/away: .*gains 10\.180\.2\.1:8080, loses 10\.180\.2\.9:8080/);
  });

  test('what is dropped, and refused in part, is told as that', () => {
    expect(toldOf(saved, natc)['K1']).toMatch(
      /node port 30080\/TCP gains \(refused\) \(1\/2\), the other 1 -> 1\/2 for this node, from its loopback address/,
    );
  });
});

describe('a cluster IP that is an external address too', () => {
  const { saved, natc } = recordedIn('fixtures/kube-proxy/hairpins');

  test('natc marks what another endpoint than the client itself gets, and leaves it to its node', () => {
    const is = toldOf(saved, natc);
    expect(is['']).toBeUndefined();
    expect(is['P6, ND3']).toMatch(/mixed: .* mark .* differs for 10\.180\.3\.1 itself/);
  });

  test('natc masquerades for other endpoints, where the only one of this node is a port that nobody has', () => {
    expect(toldOf(saved, natc)['P6, K1']).toMatch(
      /round: .* gains 10\.180\.2\.3:8080, \(refused\)[^\n]*\n.*round: .*SNAT begins for pods/,
    );
    const stale = toldOf(saved.replaceAll('172.30.0.53:8080', '10.180.0.53:8080'), natc);
    expect(stale['']).toMatch(/round: .*loses 10\.180\.0\.53:8080/);
  });
});

/** A fault, as what it is told, and what would excuse it if it were the whole. */
interface Fault {
  readonly decision: string;
  readonly fault: string;
  readonly mode: Mode;
  readonly change: Change;
  readonly told: RegExp;
}

const faults: readonly Fault[] = [
  {
    decision: 'P6',
    fault: 'a stale endpoint',
    mode: 'iptables-save',
    change: instead('10.180.3.1:8080', '10.180.3.9:8080'),
    told: /172\.30\.0\.50:80\/TCP gains 10\.180\.3\.1:8080 \(1\/3\), loses 10\.180\.3\.9:8080 \(1\/3\)/,
  },
  {
    decision: 'P6',
    fault: 'a wrong probability',
    mode: 'iptables-save',
    change: (text) =>
      text.replace(/(-A KUBE-SVC-PNCABDFH6LF6WYZE .*--probability) 0\.33333333349/, '$1 0.5'),
    told: /172\.30\.0\.50:80\/TCP 10\.180\.0\.1:8080 1\/2 -> 1\/3, .*1\/4 -> 1\/3/,
  },
  {
    decision: 'P6',
    fault: 'a lost endpoint, the others being even',
    mode: 'iptables-save',
    change: both(
      without(/^-A KUBE-SVC-PNCABDFH6LF6WYZE .*0\.33333333349.*\n/gm),
      without(/^-A KUBE-SVC-PNCABDFH6LF6WYZE .*KUBE-SEP-BZ4TEKJBIQN4HBRO.*\n/gm),
    ),
    told: /172\.30\.0\.50:80\/TCP gains 10\.180\.0\.1:8080 \(1\/3\), the others 1\/2 -> 1\/3/,
  },
  {
    decision: 'P6',
    fault: 'only the endpoints of one node, which another policy would leave',
    mode: 'iptables-save',
    change: (text) =>
      text
        .replaceAll(
          /^-A KUBE-SVC-PNCABDFH6LF6WYZE .*(?:FR73DEKRI7O46IGH|I2LL2GURR3LKVFMF).*\n/gm,
          '',
        )
        .replace(/(-A KUBE-SVC-PNCABDFH6LF6WYZE .*)-m statistic .*0\.33333333349 /, '$1'),
    told: /172\.30\.0\.50:80\/TCP gains 10\.180\.2\.1:8080, 10\.180\.3\.1:8080 \(1\/3 each\)/,
  },
  {
    decision: 'P6',
    fault: 'all endpoints, where the policy is Local',
    mode: 'iptables-save',
    change: instead(
      '--dport 80 -j KUBE-SVL-2S6KKOSRNB4JOMNG',
      '--dport 80 -j KUBE-SVC-2S6KKOSRNB4JOMNG',
    ),
    told: /172\.30\.0\.51:80\/TCP SNAT begins/,
  },
  {
    decision: 'P6',
    fault: 'clients outside that are not masqueraded',
    mode: 'iptables-save',
    change: without(/^-A KUBE-SVC-PNCABDFH6LF6WYZE ! -s .*\n/gm),
    told: /172\.30\.0\.50:80\/TCP SNAT begins: /,
  },
  {
    decision: 'P6',
    fault: 'session affinity that is lost',
    mode: 'iptables-save',
    change: both(without(/^-A KUBE-SVC-PNCABDFH6LF6WYZE .*-m recent --rcheck.*\n/gm), (text) =>
      text.replaceAll(/-m recent --set --name \S+ --mask 255\.255\.255\.255 --rsource /g, ''),
    ),
    told: /172\.30\.0\.50:80\/TCP session affinity begins/,
  },
  {
    decision: 'P6, ND6',
    fault: 'a stale endpoint beside the one that is refused',
    mode: 'iptables-save',
    change: instead('10.180.2.3:30090', '10.180.2.9:30090'),
    told: /172\.30\.0\.52:80\/TCP .*10\.180\.2\.9:30090/,
  },
  {
    decision: 'I11',
    fault: 'a refusal that is lost, with a mark and without',
    mode: 'iptables-save',
    change: without(/^-A KUBE-SERVICES -d 172\.30\.0\.53\/32 .*-j REJECT.*\n/gm),
    told: /172\.30\.0\.53:80\/TCP connections are refused/,
  },
  {
    decision: 'I11',
    fault: 'a firewall that lets packets with a mark in',
    mode: 'iptables-save',
    change: (text) =>
      text.replace(
        /^(-A KUBE-PROXY-FIREWALL -d 198\.51\.100\.7\/32 .*)-j DROP/m,
        '$1-m mark ! --mark 0x4000/0x4000 -j DROP',
      ),
    told: /198\.51\.100\.7:80\/TCP only packets that arrive with mark 0x4000 .*they were passed, and are dropped/,
  },
  {
    decision: 'K1',
    fault: 'a stale endpoint at a port of a cluster IP that nobody has',
    mode: 'iptables-save',
    change: instead('--to-destination 172.30.0.53:8080', '--to-destination 172.30.0.50:8080'),
    told: /172\.30\.0\.54:80\/TCP .*loses 172\.30\.0\.50:8080/,
  },
  {
    decision: 'K2',
    fault: 'a stale endpoint that nobody has, of a Service whose packets are dropped',
    mode: 'iptables-save',
    change: (text) =>
      text
        .replace(/^-A KUBE-SERVICES -d 172\.30\.0\.55\/32 .*-j DROP\n/m, '')
        .replace(
          /^(-A KUBE-SERVICES -d )172\.30\.0\.51(.*near:http cluster IP.*-j ).*\n/m,
          '$&$1172.30.0.55$2KUBE-SEP-WRR5HNK4TZN7ZTUM\n',
        ),
    told: /172\.30\.0\.55:80\/TCP connections are dropped \(were answered by 172\.30\.9\.9:8080\)/,
  },
  {
    decision: 'K2',
    fault: 'a Service that is not served, whose address nobody else has',
    mode: 'iptables-save',
    change: without(/^-A KUBE-SERVICES -d 172\.30\.0\.54\/32 .*\n/gm),
    told: /172\.30\.0\.54:80\/TCP begins to answer/,
  },
  {
    decision: 'ND4',
    fault: 'a stale endpoint beside the one of another proxy',
    mode: 'nft',
    change: instead('0 : 10.180.2.6 . 80', '0 : 10.180.2.9 . 80'),
    told: /172\.30\.0\.57:80\/TCP gains .*10\.180\.2\.6:80.*, loses .*10\.180\.2\.9:80/,
  },
  {
    decision: 'ND4',
    fault: 'a wrong probability beside it',
    mode: 'nft',
    change: instead(
      'mod 2 map { 0 : 10.180.2.6 . 80, 1 : 172.30.0.56 . 80 }',
      'mod 3 map { 0 : 10.180.2.6 . 80, 1 : 172.30.0.56 . 80, 2 : 172.30.0.56 . 80 }',
    ),
    told: /172\.30\.0\.57:80\/TCP .*loses \(dropped\) \(2\/3\), the other 1\/3 -> 1\/2/,
  },
  {
    decision: 'ND4',
    fault: 'a Service that is not served, and dropped like what nobody has',
    mode: 'nft',
    change: both(
      (text) => text.replace(/172\.30\.0\.54 \. tcp \. 80 : goto [^,\s]*,?\s*/, ''),
      instead('172.30.0.54,', ''),
    ),
    told: /172\.30\.0\.54:80\/TCP .*(?:begins to answer|gains)/,
  },
];

describe.each(Object.entries(sides))('faults, with natc as %s', (_, natc) => {
  const unchanged = {
    nft: told('nft', same, natc),
    'iptables-save': told('iptables-save', same, natc),
  };
  test.each(faults)('$decision is no name for $fault', ({ mode, change, told: words }) => {
    const was = unchanged[mode];
    const is = told(mode, change, natc);
    expect(was[''] ?? '').not.toMatch(words);
    expect(is['']).toMatch(words);
  });
});

describe('faults of natc', () => {
  /** An endpoint of this node that natc does not masquerade when it reaches itself. */
  const lost = (text: string): string =>
    text.replace(/^\s*10\.180\.0\.4 \. 10\.180\.0\.4 \. tcp \. 8080.*\n/m, '');

  test.each([
    ['manifests', { ...sides.manifests, ruleset: read(lost(golden)) }],
    ['a golden file', { ...sides['a golden file'], ruleset: read(lost(golden)) }],
    ['live', { ruleset: read(asInKernel(lost(golden))) }],
  ] as const)('ND3 is no name for a lost entry of the hairpin set: %s', (_, natc) => {
    expect(lost(golden)).not.toBe(golden);
    for (const mode of ['nft', 'iptables-save'] as const)
      expect(told(mode, same, natc)['']).toMatch(/SNAT ends for 10\.180\.0\.4 itself/);
  });
});
