import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ruleset } from '../../../src/nftables/ast.ts';
import { canonicalRuleset } from '../../../src/nftables/canonical/canonical.ts';
import { parseNft } from '../../../src/nftables/parse/parse-nft.ts';
import { renderNft } from '../../../src/nftables/render/nft.ts';
import { compileWorld } from '../../support/compile-world.ts';
import { describeWithKernel } from '../../support/kernel-available.ts';
import { createKernelNode, type KernelNode } from '../../support/kernel-node.ts';
import { worldsOf } from '../../support/worlds.ts';

function read(text: string): Ruleset {
  const { ruleset, diagnostics } = parseNft({ name: 'listing', text });
  if (ruleset === undefined) throw new Error(`${diagnostics[0]?.message}: ${text}`);
  return ruleset;
}

const table = (...lines: readonly string[]): string => `table ip natc {\n${lines.join('\n')}\n}\n`;

const elementsOf = (text: string): unknown =>
  read(text).tables[0]?.collections[0]?.elements.map((element) =>
    'value' in element ? [element.key, element.value] : element.key,
  );

const statementsOf = (rule: string): unknown =>
  read(table('chain c {', rule, '}')).tables[0]?.chains[0]?.rules.map((read) => read.statements)[0];

describe('what nft prints of our tables', () => {
  test('protocols as numbers, where there is no /etc/protocols', () => {
    const text = table(
      'set s {',
      'typeof meta l4proto . th dport',
      'elements = { 6 . 80, 17 . 53,',
      '             132 . 1 }',
      '}',
    );
    expect(elementsOf(text)).toEqual([
      ['tcp', 80],
      ['udp', 53],
      ['sctp', 1],
    ]);
    expect(statementsOf('meta l4proto 17 accept')).toEqual(statementsOf('meta l4proto udp accept'));
  });

  test('neighbours in an interval set as one range', () => {
    const text = table(
      'set s {',
      'typeof ip daddr',
      'flags interval',
      'auto-merge',
      'elements = { 10.0.0.1-10.0.0.4, 192.168.0.0/24 }',
      '}',
    );
    expect(elementsOf(text)).toEqual([
      ['10.0.0.1'],
      ['10.0.0.2/31'],
      ['10.0.0.4'],
      ['192.168.0.0/24'],
    ]);
  });

  test('what is left of a pin, which does not belong to it', () => {
    const text = table(
      'map m {',
      'typeof ip saddr : ip daddr',
      'size 100\t# count 1',
      'flags dynamic,timeout',
      'timeout 1d2h3m4s',
      'elements = { 10.0.0.9 timeout 3h expires 2h59m58s312ms : 10.1.0.6 }',
      '}',
    );
    expect(elementsOf(text)).toEqual([[['10.0.0.9'], ['10.1.0.6']]]);
    expect(read(text).tables[0]?.collections[0]).toMatchObject({ size: 100, timeout: 93_784 });
  });

  test('a size that the kernel gave', () => {
    const map = (...size: string[]) =>
      table('map m {', 'typeof ip saddr : ip daddr', ...size, 'flags dynamic,timeout', '}');
    expect(read(map('size 65535'))).toEqual(read(map()));
    expect(read(map('size 65534'))).not.toEqual(read(map()));
  });

  test('priorities by name', () => {
    const priorityOf = (spelling: string) =>
      read(table('chain c {', `type nat hook output priority ${spelling}; policy accept;`, '}'))
        .tables[0]?.chains[0]?.hook?.priority;
    expect(['dstnat', 'dstnat - 10', 'srcnat + 5', 'filter', '-100'].map(priorityOf)).toEqual([
      -100, -110, 105, 0, -100,
    ]);
  });

  test('other spellings of the same statement', () => {
    const same: readonly (readonly [string, string])[] = [
      ['meta mark set meta mark | 0x00004000', 'meta mark set meta mark or 0x4000'],
      ['meta mark set meta mark ^ 0x00004000', 'meta mark set meta mark xor 0x4000'],
      ['meta mark & 0x00004000 != 0x00000000', 'meta mark & 0x4000 == 0x4000'],
      ['meta mark & 0x00004000 == 0x00004000', 'meta mark & 0x4000 == 0x4000'],
      ['dnat to ip saddr map @m:8080', 'dnat ip to ip saddr map @m : 8080'],
      ['reject with icmp port-unreachable', 'reject'],
      ['counter packets 12 bytes 720 drop', 'drop'],
      ['drop comment "why"', 'drop'],
      ['drop # handle 12', 'drop'],
    ];
    for (const [listed, written] of same)
      expect(statementsOf(listed)).toEqual(statementsOf(written));
  });

  test('handles are no reasons', () => {
    const text = table('chain c { # handle 1', 'drop # handle 2', 'accept # handle 3', '}');
    expect(read(text).tables[0]?.chains[0]?.rules).toEqual([
      { statements: [{ kind: 'drop' }] },
      { statements: [{ kind: 'accept' }] },
    ]);
  });
});

describeWithKernel('what the kernel lists', () => {
  let node: KernelNode;
  beforeAll(async () => {
    node = await createKernelNode({ localIPs: ['192.168.0.2'] });
  });
  afterAll(() => node.dispose());

  test('is what was loaded, for generated worlds', async () => {
    const seed = Number(process.env['NATC_SEED'] ?? Date.now() % 2 ** 31);
    for (const world of fc.sample(worldsOf(4), { numRuns: 12, seed })) {
      const ruleset = compileWorld(world);
      await node.load(renderNft(ruleset));
      const listings: string[] = [];
      for (const { family, name } of ruleset.tables) {
        const { stdout } = await node.run(['nft', 'list', 'table', family, name]);
        listings.push(stdout);
        await node.run(['nft', 'delete', 'table', family, name]);
      }
      const listed = read(listings.join(''));
      expect(canonicalRuleset(listed), `seed ${seed}`).toEqual(canonicalRuleset(ruleset));
    }
  });
});
