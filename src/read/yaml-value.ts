import type { Document, Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Source } from '../diagnostics/source.ts';
import { flowDoubts } from './flow-doubts.ts';
import { goKey, goScalar } from './go-scalar.ts';
import { quoteText, type Span, spanError } from './span-error.ts';
import { templateError } from './template.ts';
import { hasTabAfterDash, isExplicitKey, isKeyOverLines, scalarDoubt } from './yaml-doubts.ts';
import { yamlPackage } from './yaml-package.ts';

/** Deeper than any Kubernetes object, and far from what the stack can take. */
const deepest = 200;
/** go-yaml lets aliases expand to some 400,000 nodes before it refuses the document. */
const mostAliasedNodes = 400_000;

interface Value {
  readonly value: unknown;
  /** How many nodes the value has when every alias is written out. */
  readonly size: number;
}

interface Walk {
  readonly source: Source;
  /** Added to a node's offsets to give offsets in the source. */
  readonly shift: number;
  readonly problems: Diagnostic[];
  /** Values by anchor, in document order as YAML defines it; undefined while being read. */
  readonly anchors: Map<string, Value | undefined>;
  aliasedNodes: number;
}

/** The only names that Go takes; YAML 1.2 takes nearly any character. */
const goAnchor = /^[\w-]+$/;

const nothing: Value = { value: null, size: 1 };

/**
 * The data of a parsed document, with plain scalars resolved as kubectl resolves them and aliases
 * and merge keys (`<<`) filled in. Aliased values are shared, not copied.
 *
 * @param shift where the parsed text begins in the source, in UTF-16 units
 */
export function yamlValue(
  document: Document.Parsed,
  source: Source,
  shift: number,
): { readonly value: unknown; readonly problems: readonly Diagnostic[] } {
  const walk: Walk = { source, shift, problems: [], anchors: new Map(), aliasedNodes: 0 };
  const { value } = readValue(walk, document.contents, 0);
  return { value, problems: walk.problems };
}

export function spanOf(node: Node | null, source: Source, shift: number): Span {
  const [start, end] = node?.range ?? [0, 0, 0];
  const within = (at: number): number => Math.min(source.text.length, Math.max(0, at + shift));
  return { source, start: within(start), end: within(end) };
}

function refuse(walk: Walk, code: Diagnostic['code'], message: string, node: Node, hint: string) {
  const span = spanOf(node, walk.source, walk.shift);
  walk.problems.push(spanError(code, message, [span], hint));
  return nothing;
}

function readValue(walk: Walk, node: unknown, depth: number): Value {
  const { isAlias, isMap, isNode, isScalar, isSeq } = yamlPackage();
  if (!isNode(node)) return nothing;
  if (isAlias(node)) return aliasValue(walk, node);
  if (depth > deepest) {
    return refuse(
      walk,
      'NATC1020',
      `nested more than ${deepest} levels deep`,
      node,
      'check the indentation and the brackets',
    );
  }
  const anchor = anchorOf(node);
  if (anchor !== undefined) {
    if (!goAnchor.test(anchor)) {
      const hint = 'name it with letters, digits, `-` and `_`';
      return refuse(walk, 'NATC1010', 'invalid YAML: the name of an anchor', node, hint);
    }
    walk.anchors.set(anchor, undefined);
  }
  let result = nothing;
  if (isMap(node) || isSeq(node)) walk.problems.push(...flowDoubts(node, walk.source, walk.shift));
  if (isScalar(node)) result = scalarValue(walk, node);
  else if (isMap(node)) result = mapValue(walk, node, depth);
  else if (isSeq(node)) result = seqValue(walk, node, depth);
  if (anchor !== undefined) walk.anchors.set(anchor, result);
  return result;
}

const anchorOf = (node: Node): string | undefined => (node as { readonly anchor?: string }).anchor;

function aliasValue(walk: Walk, alias: Node & { readonly source: string }): Value {
  const target = walk.anchors.get(alias.source);
  if (target === undefined) {
    const isCycle = walk.anchors.has(alias.source);
    return refuse(
      walk,
      'NATC1018',
      isCycle
        ? `the alias *${alias.source} is inside the value it stands for`
        : `the alias *${alias.source} has no anchor before it`,
      alias,
      isCycle
        ? 'write the value out'
        : `define it with \`&${alias.source}\` earlier in the document`,
    );
  }
  walk.aliasedNodes += target.size;
  if (walk.aliasedNodes > mostAliasedNodes) {
    const wasOver = walk.aliasedNodes - target.size > mostAliasedNodes;
    if (wasOver) return nothing;
    return refuse(
      walk,
      'NATC1019',
      `aliases expand to more than ${mostAliasedNodes.toLocaleString('en-US')} values`,
      alias,
      'write the values out; no Kubernetes manifest needs this many aliases',
    );
  }
  return target;
}

/** Text with any other tag stays a string. */
const resolvedTags: ReadonlySet<string> = new Set(
  ['int', 'float', 'bool', 'null', 'timestamp'].map((name) => `tag:yaml.org,2002:${name}`),
);
const binaryTag = 'tag:yaml.org,2002:binary';

function scalarValue(walk: Walk, node: Scalar): Value {
  const { tag } = node;
  if (tag === binaryTag) {
    return refuse(walk, 'NATC1024', 'the tag !!binary is not supported', node, 'write a string');
  }
  const isPlain = node.type === 'PLAIN' || node.type === undefined;
  const doubt = scalarDoubt(node.type, spanOf(node, walk.source, walk.shift));
  if (doubt !== undefined)
    return refuse(walk, 'NATC1010', `invalid YAML: ${doubt.problem}`, node, doubt.hint);
  const text = isPlain ? plainText(node) : String(node.value ?? '');
  const isResolved = tag === undefined ? isPlain : resolvedTags.has(tag);
  return { value: isResolved ? goScalar(text) : text, size: 1 };
}

/** Before a line break within brackets the package takes white space for a part of the scalar. */
const plainText = (node: Scalar): string => String(node.value ?? '').replace(/[ \t]+$/, '');

function seqValue(walk: Walk, node: YAMLSeq, depth: number): Value {
  const value: unknown[] = [];
  let size = 1;
  for (const item of node.items) {
    if (node.flow !== true && isTabbed(walk, item)) return tabbed(walk, item as Node);
    const entry = readValue(walk, item, depth + 1);
    value.push(entry.value);
    size += entry.size;
  }
  return { value, size };
}

const isTabbed = ({ source, shift }: Walk, item: unknown): boolean =>
  yamlPackage().isNode(item) && hasTabAfterDash(spanOf(item, source, shift));

const tabbed = (walk: Walk, item: Node): Value =>
  refuse(walk, 'NATC1013', 'a tab is used for indentation', item, 'use spaces after the dash');

function mapValue(walk: Walk, node: YAMLMap, depth: number): Value {
  const value: Record<string, unknown> = {};
  const keys = new Map<string, Node>();
  let size = 1;
  for (const pair of node.items) {
    if (isMerge(pair)) {
      size += merge(walk, value, pair, depth);
      continue;
    }
    const key = keyText(walk, node, pair, depth);
    const entry = readValue(walk, pair.value, depth + 1);
    size += entry.size + 1;
    if (key === undefined) continue;
    const first = keys.get(key);
    if (first !== undefined) refuseDuplicate(walk, key, pair.key as Node, first);
    keys.set(key, pair.key as Node);
    setOwn(value, key, entry.value);
  }
  return { value, size };
}

/** Assignment would call the setter of `__proto__`. */
function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') target[key] = value;
  else {
    Object.defineProperty(target, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
}

function refuseDuplicate(walk: Walk, key: string, second: Node, first: Node): void {
  const { source, shift } = walk;
  walk.problems.push(
    spanError(
      'NATC1015',
      `duplicate key "${quoteText(key)}"`,
      [
        { ...spanOf(second, source, shift), note: 'given again' },
        { ...spanOf(first, source, shift), note: 'first given here' },
      ],
      'keep one of them; a mapping has each key once',
    ),
  );
}

/** The text of a pair's key; undefined, with a problem reported, when it has none. */
function keyText(walk: Walk, map: YAMLMap, pair: Pair, depth: number): string | undefined {
  const { isNode, isScalar } = yamlPackage();
  const node = isNode(pair.key) ? pair.key : map;
  const span = spanOf(node, walk.source, walk.shift);
  if (isScalar(pair.key) && isExplicitKey(span, map.flow === true)) {
    const message = 'invalid YAML: a key after a question mark';
    return void refuse(walk, 'NATC1010', message, node, 'write it as `key: value`');
  }
  const hasProperty = (anchorOf(node) ?? node.tag) !== undefined;
  if (isScalar(node) && isKeyOverLines(span, hasProperty)) {
    const hint = 'is a comma or a colon missing?';
    refuse(walk, 'NATC1010', 'invalid YAML: a key over several lines', node, hint);
    return undefined;
  }
  if (isScalar(node) && node.type === 'PLAIN' && node.tag === undefined) {
    const key = goKey(plainText(node));
    if (key !== undefined) return key;
  } else {
    const { value } = readValue(walk, pair.key, depth + 1);
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  }
  refuseKey(walk, node);
  return undefined;
}

function refuseKey(walk: Walk, node: Node): void {
  const template = templateError(walk.source, spanOf(node, walk.source, walk.shift).start);
  if (template !== undefined) walk.problems.push(template);
  else
    refuse(
      walk,
      'NATC1017',
      'a key must be a string',
      node,
      'write the key as text, in quotes if need be',
    );
}

function isMerge(pair: Pair): boolean {
  const { isScalar } = yamlPackage();
  return isScalar(pair.key) && pair.key.type === 'PLAIN' && pair.key.value === '<<';
}

/** go-yaml merges where the `<<` stands: earlier keys are replaced, later ones replace. */
function merge(walk: Walk, target: Record<string, unknown>, pair: Pair, depth: number): number {
  const { isNode, isSeq } = yamlPackage();
  const { value, size } = readValue(walk, pair.value, depth + 1);
  // In a list of mappings the earlier ones win.
  const sources = isSeq(pair.value) && Array.isArray(value) ? [...value].reverse() : [value];
  for (const source of sources) {
    if (typeof source === 'object' && source !== null && !Array.isArray(source)) {
      for (const [key, merged] of Object.entries(source)) setOwn(target, key, merged);
    } else if (isNode(pair.value)) {
      refuse(
        walk,
        'NATC1010',
        '<< must be given a mapping',
        pair.value,
        'give it an alias of a mapping',
      );
    }
  }
  return size;
}
