/**
 * The shape of every line that a ruleset may have. It knows nothing of how rulesets are made: a text
 * that got into one unescaped is a line of no known shape.
 */

const name = '[A-Za-z][A-Za-z0-9/._-]{0,254}';
/** Printable ASCII without quote and backslash, at most 128 characters. */
const quoted = '"[ !#-[\\]-~]{0,128}"';
const value = '(?:tcp|udp|sctp|\\d+|[0-9a-f.:]+(?:/\\d{1,3})?)';
const values = `${value}(?: \\. ${value})*`;

/** Words of the constant program. */
const words = [
  ...[
    'accept',
    'auto-merge',
    'ct',
    'daddr',
    'dnat',
    'dport',
    'drop',
    'fib',
    'fully-random',
    'goto',
  ],
  ...[
    'iifname',
    'ip',
    'ip6',
    'jump',
    'l4proto',
    'local',
    'map',
    'mark',
    'masquerade',
    'meta',
    'mod',
  ],
  ...[
    'new',
    'numgen',
    'or',
    'original',
    'proto-dst',
    'random',
    'reject',
    'return',
    'saddr',
    'sctp',
  ],
  ...[
    'set',
    'state',
    'status',
    'tcp',
    'th',
    'to',
    'type',
    'udp',
    'update',
    'verdict',
    'vmap',
    'xor',
  ],
].join('|');
const token = [
  `(?:${words})`,
  '[.:&]',
  '[!=]=',
  '\\d+',
  '0x[0-9a-f]+',
  '[0-9a-f.:]+/\\d{1,3}',
  '::1',
  `@${name}`,
  '\\{ ip6? saddr : ip6? daddr \\}',
  `(?<=(?:goto|jump) )${name}`,
  '(?<=iifname (?:!= )?)"[!#-.0-[\\]-~]{1,16}"',
].join('|');

const shapes: readonly RegExp[] = [
  /^$/,
  /^(?:add|delete) table ip6? natc$/,
  /^table ip6? natc \{$/,
  /^\t{0,2}\}$/,
  new RegExp(`^\\t{1,2}comment ${quoted}$`),
  new RegExp(`^\\t(?:set|map|chain) ${name} \\{$`),
  /^\t\ttypeof [a-z0-9 .:]+$/,
  /^\t\tsize \d+$/,
  /^\t\tflags (?:interval|dynamic,timeout)$/,
  /^\t\ttimeout \d+s$/,
  /^\t\tauto-merge$/,
  /^\t\telements = \{$/,
  /^\t\ttype (?:filter|nat) hook [a-z]+ priority -?\d+; policy accept;$/,
  /^\t{2,3}#[ -~]*$/,
  new RegExp(`^\\t\\t\\t${values}(?: comment ${quoted})?(?: : (?:drop|goto ${name}|${values}))?,$`),
  new RegExp(`^\\t\\t(?:${token})(?: (?:${token}))*$`),
];

/** The lines that look like nothing natc writes. */
export const linesOfUnknownShape = (ruleset: string): readonly string[] =>
  ruleset.split('\n').filter((line) => !shapes.some((shape) => shape.test(line)));
