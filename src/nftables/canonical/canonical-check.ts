import { tableName } from '../names.ts';
import type { CanonicalChain, CanonicalCollection, CanonicalTable } from './canonical.ts';

/*
 * A canonical ruleset holds text that goes into nft commands as it is. Where it comes from a file, every
 * part has to have the form that natc's printer gives it, so that none can become a second command: no
 * line feed, semicolon, brace, comment or open quote where there is none of natc's.
 */

const namePattern = /^[a-zA-Z][a-zA-Z0-9/._-]{0,254}$/;
const hookPattern =
  /^(?:type (?:filter|nat|route) hook [a-z]+ priority -?[a-z0-9]+(?: [+-] \d+)?; policy (?:accept|drop);)?$/;
const declarationPattern =
  /^typeof [a-z0-9 .:_-]+(?:; (?:size \d+|flags [a-z,]+|timeout \d+s|auto-merge))*$/;
/** Words, addresses, operators and quoted text. */
const rulePattern = /^(?:[\w.:/@*&|^!=<>,+() -]|\{ | \}|"[ !#-[\]-~]*")*$/;
const keyPattern = /^[a-zA-Z0-9.:/* "_-]{1,512}$/;
const restPattern = /^(?: comment "[ !#-[\]-~]*")?(?: : [a-zA-Z0-9][a-zA-Z0-9.:/ _-]{0,511})?$/;
const commentPattern = /^[ -~]*$/;

const isText = (json: unknown, pattern: RegExp): json is string =>
  typeof json === 'string' && pattern.test(json);

const isComment = (json: unknown): json is string | undefined =>
  json === undefined || isText(json, commentPattern);

type Json = Readonly<Record<string, unknown>>;

const isJson = (json: unknown): json is Json =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

/** The table that canonical-json.ts wrote as this; undefined where any part has another form. */
export function checkedTable(json: unknown): CanonicalTable | undefined {
  if (!isJson(json)) return undefined;
  const { family, name, comment } = json;
  if ((family !== 'ip' && family !== 'ip6') || name !== tableName || !isComment(comment))
    return undefined;
  const collections = checkedMap(json['collections'], checkedCollection);
  const chains = checkedMap(json['chains'], checkedChain);
  if (collections === undefined || chains === undefined) return undefined;
  return { family, name, comment, collections, chains };
}

/** What a fragment says of its collections, chains and groups; see fragment-bytes.ts. */
export interface FragmentParts {
  readonly groups: readonly (readonly [collection: string, owner: number, count: number])[];
  readonly collections: ReadonlyMap<string, CanonicalCollection>;
  readonly chains: ReadonlyMap<string, CanonicalChain>;
}

/** The same for the line that a fragment begins with. */
export function checkedParts(json: unknown): FragmentParts | undefined {
  if (!isJson(json)) return undefined;
  const { groups } = json;
  const collections = checkedMap(json['collections'], (item) =>
    checkedCollection({ ...item, elements: [] }),
  );
  const chains = checkedMap(json['chains'], checkedChain);
  if (collections === undefined || chains === undefined) return undefined;
  return Array.isArray(groups) && groups.every(isGroup)
    ? { groups, collections, chains }
    : undefined;
}

const isGroup = (json: unknown): json is FragmentParts['groups'][number] =>
  Array.isArray(json) &&
  json.length === 3 &&
  isText(json[0], namePattern) &&
  [json[1], json[2]].every((count: unknown) => Number.isSafeInteger(count) && Number(count) >= 0);

/** Whether an element has the form that natc's printer gives it. */
export const isElement = (key: string, rest: string): boolean =>
  keyPattern.test(key) && restPattern.test(rest);

export const isCheckedName = (json: unknown): json is string => isText(json, namePattern);

/** A list of named things as a map; undefined when one is not as it should be, or given twice. */
function checkedMap<T>(
  json: unknown,
  check: (item: Json) => T | undefined,
): ReadonlyMap<string, T> | undefined {
  if (!Array.isArray(json)) return undefined;
  const map = new Map<string, T>();
  for (const item of json) {
    if (!isJson(item) || !isText(item['name'], namePattern)) return undefined;
    const value = check(item);
    if (value === undefined) return undefined;
    map.set(item['name'], value);
  }
  return map.size === json.length ? map : undefined;
}

function checkedCollection(json: Json): CanonicalCollection | undefined {
  const { kind, declaration, comment, merges, isDynamic, elements } = json;
  const isWhole =
    (kind === 'set' || kind === 'map') &&
    isText(declaration, declarationPattern) &&
    isComment(comment) &&
    typeof merges === 'boolean' &&
    typeof isDynamic === 'boolean' &&
    Array.isArray(elements);
  if (!isWhole) return undefined;
  const map = new Map<string, string>();
  for (let i = 0; i < elements.length; i += 2) {
    const [key, rest]: readonly unknown[] = [elements[i], elements[i + 1]];
    if (!isText(key, keyPattern) || !isText(rest, restPattern)) return undefined;
    map.set(key, rest);
  }
  return { kind, declaration, merges, isDynamic, comment, elements: map };
}

function checkedChain({ hook, rules }: Json): CanonicalChain | undefined {
  return isText(hook, hookPattern) && areRules(rules) ? { hook, rules } : undefined;
}

/** Rules of a chain. */
export const areRules = (json: unknown): json is readonly string[] =>
  Array.isArray(json) && json.every((rule) => isText(rule, rulePattern));
