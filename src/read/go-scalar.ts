/**
 * How kubectl reads a plain (unquoted) YAML scalar. kubectl's YAML library (sigs.k8s.io/yaml over
 * go-yaml v2, resolve.go) follows neither YAML 1.1 nor 1.2: `yes` and `y` are booleans, `010` is 8,
 * `1_000` is 1000, but `22:22` and dates stay strings.
 */

const words: ReadonlyMap<string, boolean | number | null> = new Map<
  string,
  boolean | number | null
>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map(
    (word) => [word, true] as const,
  ),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map(
    (word) => [word, false] as const,
  ),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, Number.NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map(
    (word) => [word, Number.POSITIVE_INFINITY] as const,
  ),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, Number.NEGATIVE_INFINITY] as const),
]);

type Hint = 'word' | 'dot' | 'number';

/** What a first character lets the scalar be; any other first character means a string. */
const hints: readonly (Hint | undefined)[] = Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if ('yYnNtTfFoO~'.includes(character)) return 'word';
  if ('+-0123456789'.includes(character)) return 'number';
  return character === '.' ? 'dot' : undefined;
});

/** No word of the table is longer than this. */
const longestWord = 5;

const smallDecimal = /^[1-9][0-9]{0,14}$/;
const integer = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/;
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
/** go-yaml hands what follows `0b` to a parser that takes a sign once more. */
const signedBinary = /^0b([-+][01]+)$/;
/** Go's ParseFloat, unlike the pattern above, takes `_` between digits itself. */
const dotFloat = /^\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?$/;

const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n } as const;
const uint64Max = 2n ** 64n - 1n;

/** strconv.ParseInt and then ParseUint with base 0; undefined when both refuse. */
function parseInteger(text: string): number | undefined {
  const match = integer.exec(text);
  if (match === null) return undefined;
  const [, sign, hex, binary, octal, decimal] = match;
  let magnitude: bigint;
  if (hex !== undefined) magnitude = BigInt(`0x${hex}`);
  else if (binary !== undefined) magnitude = BigInt(`0b${binary}`);
  else if (octal !== undefined) magnitude = BigInt(`0o${octal}`);
  else magnitude = BigInt(decimal ?? '0');
  const value = sign === '-' ? -magnitude : magnitude;
  const fits = value >= int64.min && value <= (sign === '' ? uint64Max : int64.max);
  return fits ? Number(value) : undefined;
}

/** strconv.ParseFloat, which refuses what overflows. */
function parseFinite(text: string): number | undefined {
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

function parseNumber(text: string): number | undefined {
  // Addresses, which a big cluster has the most of.
  const dot = text.indexOf('.');
  if (dot >= 0 && text.includes('.', dot + 1)) return undefined;
  if (smallDecimal.test(text)) return Number(text);
  const plain = text.includes('_') ? text.replaceAll('_', '') : text;
  const value = parseInteger(plain);
  if (value !== undefined) return value;
  if (float.test(plain)) return parseFinite(plain);
  const binary = signedBinary.exec(plain)?.[1];
  return binary === undefined ? undefined : parseInteger(`${binary[0]}0b${binary.slice(1)}`);
}

/**
 * The value of a plain scalar as kubectl sees it: a string, a number (64-bit integers beyond 2^53
 * are rounded), a boolean or null.
 */
export function goScalar(text: string): string | number | boolean | null {
  const hint = text === '' ? 'word' : hints[text.charCodeAt(0)];
  if (hint === undefined) return text;
  // The conditions of endpoints, by far the most words.
  if (text === 'true') return true;
  if (text === 'false') return false;
  if (text.length <= longestWord) {
    const word = words.get(text);
    if (word !== undefined) return word;
  }
  switch (hint) {
    case 'word':
      return text;
    case 'dot':
      return (dotFloat.test(text) ? parseFinite(text.replaceAll('_', '')) : undefined) ?? text;
    case 'number':
      return parseNumber(text) ?? text;
  }
}

/**
 * The text of a plain mapping key as kubectl sees it: keys become strings after they were resolved,
 * so that `0x10:` is the key "16" and `on:` the key "true". A null key has no text: undefined.
 */
export function goKey(text: string): string | undefined {
  const value = goScalar(text);
  return value === null ? undefined : typeof value === 'string' ? value : String(value);
}
