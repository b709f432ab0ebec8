import type { IptablesMatch, IptablesRule, IptablesTarget } from '../../iptables/ast.ts';
import { parseAddress } from '../../net/address.ts';
import { formatCidr, parseCidr } from '../../net/cidr.ts';
import type { L4Proto } from '../../net/family.ts';

/** What an option of a rule turned out to be. */
interface Draft {
  readonly matches: IptablesMatch[];
  target: IptablesTarget;
  comment: string | undefined;
  protocol: string | undefined;
  /** The option that is not understood; undefined where all are. */
  unknown: string | undefined;
  recent: { kind?: 'set' | 'rcheck'; list?: string; seconds?: number };
  targetName: string | undefined;
}

const tokenPattern = /"((?:[^"\\]|\\.)*)"|(\S+)/g;

/**
 * Reads a rule as iptables-save prints it, behind `-A CHAIN`. What is not understood is the last of its
 * matches, so that only packets that all others hold for meet it.
 *
 * @param line of the listing, from 1
 */
export function parseListedRule(text: string, line: number): IptablesRule {
  const tokens = Array.from(text.matchAll(tokenPattern), ([, quoted, plain = '']) =>
    quoted === undefined ? plain : quoted.replaceAll(/\\(.)/g, '$1'),
  );
  const draft: Draft = {
    matches: [],
    target: { kind: 'continue' },
    comment: undefined,
    protocol: undefined,
    unknown: undefined,
    recent: {},
    targetName: undefined,
  };
  for (let at = 0, negated = false; at < tokens.length; ) {
    const option = tokens[at] ?? '';
    at += 1;
    if (option === '!') {
      negated = true;
      continue;
    }
    const count = readOption(draft, option, tokens[at] ?? '', negated);
    if (count === undefined) draft.unknown ??= option;
    at += count ?? 0;
    negated = false;
  }
  finishRecent(draft);
  const listed = { text, line };
  const { matches, target, comment, unknown } = draft;
  if (unknown !== undefined) matches.push({ kind: 'not-understood', ...listed });
  return { matches, target, ...(comment !== undefined && { comment }), listed };
}

/** @returns how many values the option took; undefined for one that is not understood */
function readOption(
  draft: Draft,
  option: string,
  value: string,
  negated: boolean,
): number | undefined {
  switch (option) {
    case '-s':
    case '-d':
      return readAddress(draft, option === '-s' ? 'source' : 'destination', value, negated);
    case '-i':
      draft.matches.push({
        ...{ kind: 'in-interface', negated },
        ...{ name: value.replace(/\+$/, ''), isPrefix: value.endsWith('+') },
      });
      return 1;
    case '-p':
      return readProtocol(draft, value, negated);
    case '--dport':
      return readPort(draft, value, negated);
    case '-m':
      // A match without an option that is understood is none either.
      return knownModules.has(value) ? 1 : undefined;
    case '--comment':
      draft.comment = value;
      return 1;
    case '--ctstate':
      draft.matches.push({ kind: 'ctstate', negated, states: value.split(',') });
      return 1;
    case '--src-type':
    case '--dst-type':
      if (value !== 'LOCAL') return undefined;
      draft.matches.push({
        ...{ kind: 'addrtype-local', negated },
        selector: option === '--src-type' ? 'source' : 'destination',
      });
      return 1;
    case '--mark':
      return readMark(draft, value, negated);
    case '--probability':
      return readProbability(draft, value, negated);
    case '-j':
    case '-g':
      return readTarget(draft, option, value);
    default:
      return negated
        ? undefined
        : (readTargetOption(draft, option, value) ?? readRecent(draft, option, value));
  }
}

const knownModules: ReadonlySet<string> = new Set([
  ...['tcp', 'udp', 'sctp', 'comment', 'conntrack', 'addrtype', 'mark', 'statistic', 'recent'],
  'nfacct',
]);

function readAddress(
  { matches }: Draft,
  selector: 'source' | 'destination',
  value: string,
  negated: boolean,
): number | undefined {
  const network = networkOf(value);
  if (network === undefined) return undefined;
  matches.push({ kind: 'address', selector, negated, network });
  return 1;
}

/** Of one address, without its length. */
function networkOf(text: string): string | undefined {
  const bare = text.replace(text.includes(':') ? /\/128$/ : /\/32$/, '');
  const cidr = bare.includes('/') ? parseCidr(bare) : undefined;
  return cidr === undefined ? parseAddress(bare)?.text : formatCidr(cidr);
}

function readProtocol(draft: Draft, value: string, negated: boolean): number | undefined {
  draft.protocol = value;
  if (negated || !isL4(value)) return undefined;
  draft.matches.push({ kind: 'protocol', protocol: value });
  return 1;
}

const isL4 = (text: string | undefined): text is L4Proto =>
  text === 'tcp' || text === 'udp' || text === 'sctp';

function readPort(draft: Draft, value: string, negated: boolean): number | undefined {
  if (negated || !isL4(draft.protocol) || !/^\d{1,5}$/.test(value)) return undefined;
  draft.matches.push({ kind: 'dport', protocol: draft.protocol, port: Number(value) });
  return 1;
}

function readMark({ matches }: Draft, value: string, negated: boolean): number | undefined {
  const [, bits, mask = '0xffffffff'] =
    /^(0x[0-9a-f]+|\d+)(?:\/(0x[0-9a-f]+|\d+))?$/i.exec(value) ?? [];
  if (bits === undefined) return undefined;
  matches.push({ kind: 'mark', negated, value: Number(bits), mask: Number(mask) });
  return 1;
}

/** The kernel keeps 31 bits of it: what is next to 1/n is 1/n. */
function readProbability({ matches }: Draft, value: string, negated: boolean): number | undefined {
  const probability = Number(value);
  if (negated || !(probability > 0 && probability <= 1)) return undefined;
  const count = Math.round(1 / probability);
  const isFraction = Math.abs(1 / count - probability) < 2e-9;
  matches.push({ kind: 'random', oneIn: isFraction ? count : 1 / probability });
  return 1;
}

const plainTargets: Readonly<Record<string, IptablesTarget>> = {
  ACCEPT: { kind: 'accept' },
  DROP: { kind: 'drop' },
  RETURN: { kind: 'return' },
  REJECT: { kind: 'reject' },
  MASQUERADE: { kind: 'masquerade' },
  LOG: { kind: 'continue' },
};

function readTarget(draft: Draft, option: '-j' | '-g', value: string): number | undefined {
  draft.targetName = value;
  const plain = Object.hasOwn(plainTargets, value) ? plainTargets[value] : undefined;
  if (plain !== undefined) draft.target = plain;
  else if (value !== 'MARK' && value !== 'DNAT')
    draft.target = { kind: option === '-j' ? 'jump' : 'goto', chain: value };
  return 1;
}

/** Options of the target that stands before them. */
function readTargetOption(draft: Draft, option: string, value: string): number | undefined {
  switch (draft.targetName) {
    case 'MARK':
      return readSetMark(draft, option, value);
    case 'DNAT': {
      const [, six, four, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(value) ?? [];
      const address = parseAddress(six ?? four ?? '')?.text;
      if (option !== '--to-destination' || address === undefined) return undefined;
      draft.target = { kind: 'dnat', address, port: Number(port) };
      return 1;
    }
    case 'REJECT':
      return option === '--reject-with' && /^icmp6?-port-unreachable$/.test(value) ? 1 : undefined;
    case 'MASQUERADE':
      return option === '--random-fully' || option === '--random' ? 0 : undefined;
    case 'LOG':
      return option.startsWith('--log-') ? (/-(prefix|level)$/.test(option) ? 1 : 0) : undefined;
    default:
      return undefined;
  }
}

function readSetMark(draft: Draft, option: string, value: string): number | undefined {
  const [bits = '', mask] = value.split('/');
  const number = Number(bits);
  if (option === '--or-mark' || (option === '--set-xmark' && mask === bits))
    draft.target = { kind: 'mark', operation: 'or', mask: number };
  else if (option === '--xor-mark' || (option === '--set-xmark' && mask === '0x0'))
    draft.target = { kind: 'mark', operation: 'xor', mask: number };
  else return undefined;
  return Number.isInteger(number) ? 1 : undefined;
}

function readRecent({ recent }: Draft, option: string, value: string): number | undefined {
  switch (option) {
    case '--set':
    case '--rcheck':
      recent.kind = option === '--set' ? 'set' : 'rcheck';
      return 0;
    case '--seconds':
      recent.seconds = Number(value);
      return 1;
    case '--name':
      recent.list = value;
      return 1;
    case '--reap':
    case '--rsource':
      return 0;
    case '--mask':
      return /^(255\.255\.255\.255|ffff(:ffff){7})$/.test(value) ? 1 : undefined;
    case '--mode':
      return value === 'random' ? 1 : undefined;
    case '--nfacct-name':
      return 1;
    default:
      return undefined;
  }
}

/** The options of one `-m recent` stand in any order. */
function finishRecent(draft: Draft): void {
  const { kind, list, seconds } = draft.recent;
  if (kind === undefined) return;
  if (list === undefined || (kind === 'rcheck' && !Number.isInteger(seconds)))
    draft.unknown ??= 'recent';
  else if (kind === 'set') draft.matches.push({ kind: 'recent-set', list });
  else draft.matches.push({ kind: 'recent-rcheck', list, seconds: seconds ?? 0 });
  if (draft.target.kind === 'continue' && draft.targetName === 'DNAT') draft.unknown ??= 'DNAT';
}
