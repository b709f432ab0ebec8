import { labelValueRule, type NameRule, qualifiedNameRule } from './names.ts';

/** What one part of a label selector asks of an object's labels. */
export type Requirement =
  | { readonly kind: 'exists' | 'absent'; readonly key: string }
  | { readonly kind: 'in' | 'not-in'; readonly key: string; readonly values: readonly string[] }
  | { readonly kind: 'greater' | 'less'; readonly key: string; readonly than: number };

export type Labels = Readonly<Record<string, string>>;

/**
 * Reads a label selector as kubectl does: `app=web`, `tier!=cache`, `env in (prod, test)`, `!legacy`, `beta`,
 * `weight>10`, with commas for all of them. An empty one asks for nothing.
 *
 * @returns in words what is wrong with it
 */
export function parseLabelSelector(text: string): readonly Requirement[] | { problem: string } {
  const tokens = [...text.matchAll(/==|!=|[=!(),<>]|[^\s=!(),<>]+/g)].map(([token]) => token);
  const requirements: Requirement[] = [];
  if (tokens.length === 0) return requirements;
  for (let rest: readonly string[] = tokens; ; ) {
    const read = readRequirement(rest);
    if ('problem' in read) return read;
    requirements.push(read.requirement);
    const [comma, ...more] = read.rest;
    if (comma === undefined) return requirements;
    if (comma !== ',') return expected('a comma', comma);
    rest = more;
  }
}

interface Read {
  readonly requirement: Requirement;
  readonly rest: readonly string[];
}

type Problem = { readonly problem: string };

function readRequirement(tokens: readonly string[]): Read | Problem {
  const isNegated = tokens[0] === '!';
  const [key, ...rest] = isNegated ? tokens.slice(1) : tokens;
  if (key === undefined || !isWord(key)) return expected('the key of a label', key);
  const wrongKey = problemOf(key, 'the key', qualifiedNameRule);
  if (wrongKey !== undefined) return wrongKey;
  const [operator] = rest;
  const isBare = operator === undefined || operator === ',';
  if (isNegated && !isBare) return expected('a comma after a key with "!"', operator);
  if (isBare) return { requirement: { kind: isNegated ? 'absent' : 'exists', key }, rest };
  switch (operator) {
    case '=':
    case '==':
      return readValue(rest, (value) => ({ kind: 'in', key, values: [value] }));
    case '!=':
      return readValue(rest, (value) => ({ kind: 'not-in', key, values: [value] }));
    case 'in':
      return readValues(rest, (values) => ({ kind: 'in', key, values }));
    case 'notin':
      return readValues(rest, (values) => ({ kind: 'not-in', key, values }));
    case '>':
      return readNumber(rest, (than) => ({ kind: 'greater', key, than }));
    case '<':
      return readNumber(rest, (than) => ({ kind: 'less', key, than }));
    default:
      return expected('=, ==, !=, in, notin, > or <', operator);
  }
}

/** A value may be empty: `app=`. */
function readValue(
  [, next, ...rest]: readonly string[],
  make: (value: string) => Requirement,
): Read | Problem {
  if (next === undefined) return { requirement: make(''), rest: [] };
  if (next === ',') return { requirement: make(''), rest: [next, ...rest] };
  if (!isWord(next)) return expected('a value', next);
  return problemOf(next, 'the value', labelValueRule) ?? { requirement: make(next), rest };
}

function readNumber(
  [sign, next, ...rest]: readonly string[],
  make: (than: number) => Requirement,
): Read | Problem {
  return next !== undefined && isInteger(next)
    ? { requirement: make(Number(next)), rest }
    : expected(`a whole number after ${sign}`, next);
}

/** `(a, b)`; an empty one among them is a value too. */
function readValues(
  [operator, open, ...inside]: readonly string[],
  make: (values: readonly string[]) => Requirement,
): Read | Problem {
  if (open !== '(') return expected(`"(" after ${operator}`, open);
  const end = inside.indexOf(')');
  if (end < 0) return expected('")"', undefined);
  const between = inside.slice(0, end);
  if (between.length === 0) return { problem: `${operator} needs at least one value` };
  const values: string[] = [''];
  for (const [index, token] of between.entries()) {
    if (token === ',') values.push('');
    else if (!isWord(token)) return expected('a value', token);
    else if (index > 0 && between[index - 1] !== ',') return expected('a comma', token);
    else values[values.length - 1] = token;
  }
  const wrong = values.flatMap((value) => problemOf(value, 'the value', labelValueRule) ?? [])[0];
  return wrong ?? { requirement: make(values), rest: inside.slice(end + 1) };
}

const isWord = (token: string): boolean => /^[^=!(),<>]+$/.test(token);

const isInteger = (text: string): boolean => /^-?\d{1,15}$/.test(text);

const expected = (what: string, got: string | undefined): Problem => ({
  problem: `expected ${what}, ${got === undefined ? 'and it ends' : `got ${JSON.stringify(got)}`}`,
});

const problemOf = (text: string, what: string, rule: NameRule): Problem | undefined =>
  rule.matches(text)
    ? undefined
    : { problem: `${what} ${JSON.stringify(text)} must be ${rule.expected}` };

/** Whether labels are as a selector wants them; an absent label is unlike every value. */
export const matchesLabels = (selector: readonly Requirement[], labels: Labels): boolean =>
  selector.every((requirement) => meets(requirement, labels));

function meets(requirement: Requirement, labels: Labels): boolean {
  const { kind, key } = requirement;
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (kind) {
    case 'exists':
      return value !== undefined;
    case 'absent':
      return value === undefined;
    case 'in':
      return value !== undefined && requirement.values.includes(value);
    case 'not-in':
      return value === undefined || !requirement.values.includes(value);
    case 'greater':
      return value !== undefined && isInteger(value) && Number(value) > requirement.than;
    case 'less':
      return value !== undefined && isInteger(value) && Number(value) < requirement.than;
  }
}
