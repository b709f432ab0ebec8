import { isLine, isListOf } from '../../host/state/state-shape.ts';
import { flowServicesIn } from '../../host/state/stored-flow-services.ts';
import type { IpFamily } from '../../net/family.ts';
import type { KnownFamily, KnownGroup, KnownObject } from '../../recompile/known.ts';
import type { Ties } from '../../recompile/ties.ts';
import { isCheckedName } from '../canonical/canonical-check.ts';
import type { FragmentShare } from '../canonical/write.ts';
import type { FragmentRecord } from '../canonical/written.ts';

/*
 * The objects and groups of a compilation, a line each, fields with tabs between them: a tenth of what as
 * many JSON values take to read, and a line that did not change is written as it was read.
 */

/** Rules of the chains that fragments share, by name. */
export type Chains = Readonly<Record<IpFamily, FragmentShare['chains']>>;

const plain = /^[!#-Z\\\]-~][ -~]*$/;

/** Most texts as they are; others, which are not in clusters that an API server looks after, as JSON. */
const textField = (text: string): string =>
  text === '' || plain.test(text) ? text : JSON.stringify(text);

/** @throws for what {@link textField} cannot have written */
const textIn = (field = ''): string =>
  field.startsWith('"') ? stringIn(JSON.parse(field)) : field;

function stringIn(json: unknown): string {
  if (!isLine(json)) throw new Error('not a text');
  return json;
}

const separator = ',';

const listField = (texts: readonly string[]): string => {
  const field = texts.join(separator);
  const isOdd = texts.some((text) => text === '' || text.includes(separator));
  return isOdd || (field !== '' && !plain.test(field)) ? JSON.stringify(texts) : field;
};

/** @throws for what {@link listField} cannot have written */
function listIn(field = ''): readonly string[] {
  if (field === '') return [];
  if (!field.startsWith('[')) return field.split(separator);
  const json: unknown = JSON.parse(field);
  if (!isListOf(json, isLine)) throw new Error('not a list of texts');
  return json;
}

const objectLines = new WeakMap<KnownObject, string>();

export function objectLine(object: KnownObject): string {
  const { hash, identity, group } = object;
  return objectLines.get(object) ?? `${hash}\t${textField(identity)}\t${textField(group)}`;
}

/** @throws for a line that {@link objectLine} cannot have written */
export function objectIn(line: string): KnownObject {
  const [hash = '', identity, group] = line.split('\t');
  const object = { hash, identity: textIn(identity), group: textIn(group) };
  objectLines.set(object, line);
  return object;
}

/** Fields of a group that come before those of its families. */
const groupFields = 6;
const familyFields = 6;

const groupLines = new WeakMap<KnownGroup, string>();

export function groupLine(name: string, group: KnownGroup): string {
  const known = groupLines.get(group);
  if (known !== undefined) return known;
  const { ties, isWarned, isNoted, flowServices, families } = group;
  return [
    textField(name),
    (isWarned ? 'w' : '') + (isNoted ? 'n' : ''),
    listField(ties.claims),
    listField(ties.owns),
    listField(ties.uses),
    flowServices.length === 0 ? '' : JSON.stringify(flowServices),
    ...[...families].flatMap(([family, part]) => familyLine(family, part)),
  ].join('\t');
}

const familyLine = (
  family: IpFamily,
  { fragment, clusterIP, otherProxyClusterIPs }: KnownFamily,
): readonly string[] => [
  family,
  clusterIP ?? '',
  listField(otherProxyClusterIPs),
  fragment === undefined ? '' : 'f',
  listField(fragment?.share.used ?? []),
  listField(Object.keys(fragment?.share.chains ?? {})),
];

/** What the lines of groups refer to. */
export interface GroupParts {
  /** The fragments of all groups, in their order. */
  readonly nextRecord: () => FragmentRecord | undefined;
  readonly chains: Chains;
}

/**
 * Reads lines of groups.
 *
 * @throws for a line that {@link groupLine} cannot have written
 */
export function groupReader({ nextRecord, chains }: GroupParts) {
  const shares = { IPv4: shareReader(chains.IPv4), IPv6: shareReader(chains.IPv6) };
  const familyIn = (fields: readonly string[], at: number): readonly [IpFamily, KnownFamily] => {
    const [family, clusterIP = '', others = '', isThere] = fields.slice(at, at + 4);
    if (family !== 'IPv4' && family !== 'IPv6') throw new Error('not a family');
    if (!isAddressList(clusterIP) || !isAddressList(others)) throw new Error('not an address');
    const record = isThere === 'f' ? nextRecord() : undefined;
    if (isThere === 'f' && record === undefined) throw new Error('a fragment is missing');
    const share = shares[family](fields[at + 4] ?? '', fields[at + 5] ?? '');
    return [
      family,
      {
        fragment: record === undefined ? undefined : { record, share },
        clusterIP: clusterIP === '' ? undefined : clusterIP,
        otherProxyClusterIPs: listIn(others),
      },
    ];
  };
  return (line: string): readonly [name: string, group: KnownGroup] => {
    const fields = line.split('\t');
    const [name, flags = '', claims, owns, uses, flows] = fields;
    const families = new Map<IpFamily, KnownFamily>();
    for (let at = groupFields; at < fields.length; at += familyFields) {
      const [family, part] = familyIn(fields, at);
      families.set(family, part);
    }
    const flowServices = flows === '' ? [] : flowServicesIn(JSON.parse(String(flows)));
    if (flowServices === undefined) throw new Error('not Services');
    const group: KnownGroup = {
      ties: tiesIn(listIn(claims), listIn(owns), uses),
      isWarned: flags.includes('w'),
      isNoted: flags.includes('n'),
      flowServices,
      families,
    };
    groupLines.set(group, line);
    return [textIn(name), group];
  };
}

/** Most are never asked what they use: endpoints are many. */
function tiesIn(
  claims: readonly string[],
  owns: readonly string[],
  uses: string | undefined,
): Ties {
  let known: readonly string[] | undefined;
  return {
    claims,
    owns,
    get uses() {
      known ??= listIn(uses);
      return known;
    },
  };
}

/** Not more than nft's words, into which they go. */
const isAddressList = (field: string): boolean => /^[0-9a-f.:,]*$/.test(field);

/** Most Services have one of few shares, which are read once. */
function shareReader(chains: FragmentShare['chains']) {
  const known = new Map<string, FragmentShare>();
  return (used: string, names: string): FragmentShare => {
    const key = `${used}\t${names}`;
    const share = known.get(key) ?? shareIn(listIn(used), listIn(names), chains);
    known.set(key, share);
    return share;
  };
}

function shareIn(
  used: readonly string[],
  names: readonly string[],
  chains: FragmentShare['chains'],
): FragmentShare {
  if (![...used, ...names].every(isCheckedName)) throw new Error('not a name');
  return {
    used,
    chains: Object.fromEntries(
      names.map((name) => {
        const rules = chains[name];
        if (rules === undefined) throw new Error('a chain is missing');
        return [name, rules];
      }),
    ),
  };
}
