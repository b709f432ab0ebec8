import type { IpFamily } from '../../net/family.ts';
import { commentLine } from '../../net/quote.ts';
import type { Owner } from '../../plan/owner.ts';
import type { BuiltInJump, IptablesChain, IptablesRuleset, TableName } from '../ast.ts';
import { chainName, renderIptablesRule } from './iptables-rule.ts';
import { renderJump } from './iptables-tables.ts';

/**
 * Rulesets of one or both families as one text for `iptables-restore --noflush`. That of both may be
 * fed to ip6tables-restore too, unchanged: each of the two tools leaves out the lines that begin with
 * the other's `-4` or `-6`.
 *
 * Rules of other programs stay. natc's own chains are flushed and filled again, one commit per table;
 * then come the jumps into them. iptables-restore cannot ask whether a jump is there, so that part
 * fails, and leaves everything as it is, where natc's jumps are in place already.
 */
export function renderIptablesRestore(rulesets: readonly IptablesRuleset[]): string {
  const lines = [...head(rulesets)];
  const tables = mergeTables(rulesets);
  for (const table of tables) {
    lines.push('', `*${table.name}`);
    for (const line of tableLines(table)) lines.push(line);
    // A chain of one family only has been declared in both.
    for (const { name, only } of table.chains)
      if (only !== undefined) lines.push(`${otherPrefix[only]}-X ${name}`);
    lines.push('COMMIT');
  }
  lines.push('', ...jumpLines(tables), '');
  return lines.join('\n');
}

const tools: Record<IpFamily, string> = {
  IPv4: 'iptables-restore',
  IPv6: 'ip6tables-restore',
};

function head(rulesets: readonly IptablesRuleset[]): readonly string[] {
  const loads = rulesets.map(({ family }) => `#   ${tools[family]} --noflush < THIS_FILE`);
  return [
    '# Kubernetes Services as iptables rules, compiled by natc. Load them with',
    ...loads,
    '# again, after a change, without the part on jumps',
    ...rulesets.map(
      ({ family }) => `#   sed '/^# Jumps/,$d' THIS_FILE | ${tools[family]} --noflush`,
    ),
    '# or let natc apply do all of that. Lines with -4 are for iptables-restore, lines with -6 for',
    '# ip6tables-restore; each leaves those of the other out.',
  ].slice(0, rulesets.length > 1 ? undefined : -2);
}

interface MergedTable {
  readonly name: TableName;
  readonly jumps: readonly BuiltInJump[];
  readonly chains: readonly MergedChain[];
}

interface MergedChain {
  readonly name: string;
  /** The family that alone has the chain, when there are two. */
  readonly only: IpFamily | undefined;
  readonly lines: readonly string[];
}

const prefix: Record<IpFamily, string> = { IPv4: '-4 ', IPv6: '-6 ' };
const otherPrefix: Record<IpFamily, string> = { IPv4: '-6 ', IPv6: '-4 ' };

function mergeTables(rulesets: readonly IptablesRuleset[]): readonly MergedTable[] {
  const names = rulesets[0]?.tables.map(({ name }) => name) ?? [];
  return names.map((name) => mergeTable(name, rulesets));
}

function mergeTable(name: TableName, rulesets: readonly IptablesRuleset[]): MergedTable {
  const chains = new Map<string, { readonly family: IpFamily; readonly chain: IptablesChain }[]>();
  let jumps: readonly BuiltInJump[] = [];
  for (const { family, tables } of rulesets) {
    const table = tables.find((candidate) => candidate.name === name);
    if (table === undefined) continue;
    jumps = table.jumps;
    for (const chain of table.chains) {
      const same = chains.get(chain.name);
      if (same === undefined) chains.set(chain.name, [{ family, chain }]);
      else same.push({ family, chain });
    }
  }
  return {
    name,
    jumps,
    chains: mergeChains(chains.values(), rulesets.length),
  };
}

function mergeChains(
  groups: Iterable<readonly { readonly family: IpFamily; readonly chain: IptablesChain }[]>,
  families: number,
): readonly MergedChain[] {
  const introduced = new Set<Owner>();
  return Array.from(groups, (group): MergedChain => {
    const rendered = group.map(({ family, chain }) => ({
      family,
      heading: heading(chain, introduced),
      rules: chain.rules.map((rule) => `-A ${chainName(chain.name)} ${renderIptablesRule(rule)}`),
    }));
    const [first, second] = rendered;
    const name = chainName(group[0]?.chain.name ?? '');
    if (first === undefined) return { name, only: undefined, lines: [] };
    if (families === 1 || (second !== undefined && isSame(first.rules, second.rules)))
      return { name, only: undefined, lines: [...first.heading, ...first.rules] };
    return {
      name,
      only: second === undefined ? first.family : undefined,
      lines: rendered.flatMap(({ family, heading: text, rules }, index) => [
        ...(index > 0 && isSame(text, first.heading) ? [] : text),
        ...rules.map((line) => prefix[family] + line),
      ]),
    };
  });
}

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((line, index) => line === b[index]);

/** The first chain of a ServicePort is introduced by all that its owner says. */
function heading(
  { reason, owner, rules }: IptablesChain,
  introduced: Set<Owner>,
): readonly string[] {
  if (rules.length === 0) return [];
  const lines = reason === undefined ? [] : [`# ${commentLine(reason)}`];
  if (owner === undefined || introduced.has(owner)) return lines;
  introduced.add(owner);
  return [
    ...lines,
    `# ${commentLine(owner.name)}`,
    ...owner.lines.map((line) => `#   ${commentLine(line)}`),
  ];
}

function tableLines({ chains }: MergedTable): readonly string[] {
  // iptables-legacy keeps chains sorted, and takes twice as long when they come in another order.
  const lines = chains.map(({ name }) => `:${name} - [0:0]`).sort();
  for (const chain of chains) for (const line of chain.lines) lines.push(line);
  return lines;
}

/**
 * The kernel does not delete a chain that is jumped to. So deleting the first chain, and making it
 * again, fails exactly where its jump is in place.
 */
function jumpLines(tables: readonly MergedTable[]): readonly string[] {
  return [
    '# Jumps: how packets get into the chains above. Where they are in place already, the next commit',
    '# fails, because a chain that is jumped to cannot be deleted, and all is as it should be.',
    ...tables.flatMap(({ name, jumps, chains }, index) => {
      const [jump] = jumps;
      const probe = index === 0 ? chains.find((chain) => chain.name === jump?.to) : undefined;
      return [
        `*${name}`,
        ...(probe === undefined
          ? []
          : [`-F ${probe.name}`, `-X ${probe.name}`, `:${probe.name} - [0:0]`, ...probe.lines]),
        ...jumps.map((each) => `-I ${renderJump(each)}`),
        'COMMIT',
      ];
    }),
  ];
}
