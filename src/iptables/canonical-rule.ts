/**
 * One form for all spellings of a rule. iptables-save prints rules otherwise than iptables-restore was
 * given them, and versions differ: other order of options, `/32` behind an address, `--set-xmark` for
 * `--or-mark`, a probability as the kernel keeps it, defaults spelt out.
 */

import { optionsOf, type RuleOption } from './rule-text.ts';

/** Values that iptables-save prints although nobody gave them. */
const defaults: ReadonlySet<string> = new Set([
  '--reject-with icmp-port-unreachable',
  '--reject-with icmp6-port-unreachable',
  '--mask 255.255.255.255',
  '--mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
]);

/** Matches that hold for every packet, which iptables-save leaves out. */
const always: ReadonlySet<string> = new Set(['-s 0.0.0.0/0', '-d 0.0.0.0/0', '-s ::/0', '-d ::/0']);

/** Two rules (without `-A CHAIN`) do the same exactly where this gives the same. */
export const canonicalRule = (rule: string): string =>
  optionsOf(rule)
    .map(optionText)
    .filter((text) => !defaults.has(text) && !always.has(text))
    .sort()
    .join(' ');

function optionText({ name, isNegated, values }: RuleOption): string {
  const [first = ''] = values;
  const not = isNegated ? '! ' : '';
  switch (name) {
    case '-s':
    case '-d':
      return `${not}${name} ${first.replace(/\/(32|128)$/, (length) => (length === hostLength(first) ? '' : length))}`;
    case '--or-mark':
      return `--set-xmark ${first}/${first}`;
    case '--xor-mark':
      return `--set-xmark ${first}/0x0`;
    case '--probability':
      return `${not}${name} ${Math.round(Number(first) * probabilityUnits)}`;
    default:
      return `${not}${[name, ...values.map(valueText)].join(' ')}`;
  }
}

/** In xt_statistic a probability is a whole number of these. */
const probabilityUnits = 0x80000000;

const hostLength = (network: string): string => (network.includes(':') ? '/128' : '/32');

/** Values with spaces are one value still. */
const valueText = (value: string): string => (/[\s"]/.test(value) ? JSON.stringify(value) : value);

/** Whether two chains hold the same rules in the same order, however they are spelt. */
export const isSameRules = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length &&
  a.every((rule, index) => {
    const other = b[index] ?? '';
    return rule === other || canonicalRule(rule) === canonicalRule(other);
  });
