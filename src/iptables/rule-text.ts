/** Rules in the words of iptables, as natc writes them and as iptables-save and `iptables -S` print them. */
import type { ForwardStep } from '../packet/forward-step.ts';

interface Token {
  readonly text: string;
  /** It stood in quotes, or had a backslash: never the name of an option. */
  readonly isQuoted: boolean;
}

/** An option of a rule, with the values and the `!` that belong to it. */
export interface RuleOption {
  readonly name: string;
  readonly isNegated: boolean;
  readonly values: readonly string[];
}

/** Options, with the values and the `!` that belong to them, in their order. */
export function optionsOf(rule: string): readonly RuleOption[] {
  const options: { name: string; isNegated: boolean; values: string[] }[] = [];
  let isNegated = false;
  for (const { text, isQuoted } of tokensOf(rule)) {
    if (!isQuoted && text === '!') isNegated = true;
    else if (!isQuoted && text.startsWith('-')) {
      options.push({ name: text, isNegated, values: [] });
      isNegated = false;
    } else {
      const last = options.at(-1);
      if (last === undefined) options.push({ name: '', isNegated, values: [text] });
      else last.values.push(text);
    }
  }
  return options;
}

const tokenPattern = /"((?:[^"\\]|\\.)*)"|([^\s"]+)/g;

const tokensOf = (rule: string): readonly Token[] =>
  Array.from(rule.matchAll(tokenPattern), ([, quoted, plain = '']) =>
    quoted === undefined
      ? { text: plain, isQuoted: false }
      : { text: quoted.replaceAll(/\\(.)/g, '$1'), isQuoted: true },
  );

const commentPattern = /--comment "([^": ]+)/;

/** The Service (`namespace/name`) that the comment of a rule of natc names. */
export function ruleService(rule: string): string | undefined {
  const name = commentPattern.exec(rule)?.[1];
  return name?.includes('/') === true ? name : undefined;
}

const dnatPattern = /-p (tcp|udp|sctp) .*-j DNAT --to-destination (\S+)/;

/** `tcp 10.1.0.6:8080`: the protocol and the endpoint that a rule leads to. */
export function ruleEndpoint(rule: string): string | undefined {
  const [, protocol, endpoint] = dnatPattern.exec(rule) ?? [];
  return endpoint === undefined ? undefined : `${protocol} ${endpoint}`;
}

const destinationPattern = /(?<!! )(?<=^| )-d ([0-9a-f.:]+)(?:\/32|\/128)?(?= |$)/;

/** The one address that a rule is for; with or without `-A CHAIN` before it. */
export const ruleDestination = (rule: string): string | undefined =>
  destinationPattern.exec(rule)?.[1];

const portPattern = /(?:^| )-p (tcp|udp|sctp) .*--dport (\d+)/;

/** The protocol and port that a rule is for. */
export function rulePort(
  rule: string,
): { readonly protocol: string; readonly port: number } | undefined {
  const [, protocol, port] = portPattern.exec(rule) ?? [];
  return protocol === undefined ? undefined : { protocol, port: Number(port) };
}

/** Whether a rule keeps packets of others off the loopback (N10). */
export const ruleGuardsLoopback = (rule: string): boolean =>
  rule.includes('-d 127.0.0.0/8 ') && rule.endsWith('-j DROP');

/**
 * What a rule does to a forwarded packet of a connection whose destination was translated.
 *
 * @param line of `iptables -S`; `-P` and `-N` are `other`
 */
export function forwardStepOf(line: string): ForwardStep {
  const [append, ...options] = optionsOf(line);
  const last = options.at(-1)?.name === '--reject-with' ? options.at(-2) : options.at(-1);
  const conditions = options.slice(0, last === undefined ? 0 : options.indexOf(last));
  if (append?.name !== '-A' || !conditions.every(holdsForTranslated)) return { kind: 'other' };
  const [target] = last?.values ?? [];
  if (target === undefined || (last?.name !== '-j' && last?.name !== '-g'))
    return { kind: 'other' };
  switch (target) {
    case 'LOG':
    case 'NFLOG':
      return { kind: 'other' };
    case 'ACCEPT':
      return { kind: 'accept' };
    case 'DROP':
    case 'REJECT':
      return { kind: 'drop' };
    case 'RETURN':
      return { kind: 'return' };
    default:
      return { kind: 'call', chain: target, isGoto: last.name === '-g' };
  }
}

function holdsForTranslated({ name, isNegated, values: [value = ''] }: RuleOption): boolean {
  switch (name) {
    case '-m':
      return value === 'comment' || value === 'conntrack';
    case '--comment':
      return true;
    case '--ctstate':
      return !isNegated && value.split(',').includes('DNAT');
    default:
      return false;
  }
}
