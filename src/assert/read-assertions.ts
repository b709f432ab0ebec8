import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { quote } from '../diagnostics/quote.ts';
import type { SourceObject } from '../diagnostics/source.ts';
import { at, atKey, type Fields, label, rawField, rootFields } from '../model/fields.ts';
import { createReport } from '../model/report.ts';
import { booleanField, listWords, mappingList, stringField } from '../model/typed-fields.ts';
import type { Assertion, AssertionStatement, ServiceSelection, Verb } from './assertion.ts';
import { readFrom } from './read-clients.ts';
import {
  entriesOf,
  mappingOf,
  networkText,
  refuseUnknownKeys,
  refuseValue,
  servicePattern,
} from './read-fields.ts';
import { readPortList, readTargets } from './read-targets.ts';

export const assertionKinds: ReadonlyMap<string, readonly string[]> = new Map([
  ['Assertions', ['natc.dev/v1alpha1']],
]);

export interface ReadAssertions {
  readonly assertions: readonly Assertion[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads the Assertions among the objects of a file. Unknown keys, values of a wrong type, and statements that say
 * nothing or two things are errors: a typing mistake must not make an assertion hold.
 *
 * @param file the file's name, for the message when there is none
 */
export function assertionsOf(objects: readonly SourceObject[], file: string): ReadAssertions {
  const report = createReport('strict');
  const documents = objects.filter(({ kind }) => assertionKinds.has(kind));
  if (documents.length === 0)
    report.fail(
      { kind: 'file', name: file },
      {
        code: 'NATC6100',
        message: 'there are no Assertions (natc.dev/v1alpha1) in this file',
        hint: 'begin it with `apiVersion: natc.dev/v1alpha1` and `kind: Assertions`; manifests are named with -f',
      },
    );
  const assertions = documents.flatMap((object) => {
    const root = rootFields(object, report);
    for (const path of object.repeated ?? [])
      report.fail(atKey(root, ...path), {
        code: 'NATC2124',
        message: `${label(path)} is given more than once, and the last one counts`,
        hint: 'remove all but one',
      });
    refuseUnknownKeys(root, ['apiVersion', 'kind', 'metadata', 'assertions'], 'Assertions');
    if (entriesOf(root, 'assertions').length === 0)
      report.fail(at(root), {
        code: 'NATC6103',
        message: 'there is no assertion in this file',
        hint: 'list them under assertions; docs/assert.md has examples',
      });
    return mappingList(root, 'assertions', readAssertion);
  });
  refuseSameNames(assertions, report);
  return { assertions, diagnostics: report.diagnostics };
}

function refuseSameNames(
  assertions: readonly Assertion[],
  report: ReturnType<typeof createReport>,
): void {
  const seen = new Map<string, Assertion>();
  for (const assertion of assertions) {
    const first = seen.get(assertion.name);
    seen.set(assertion.name, first ?? assertion);
    if (first === undefined) continue;
    report.fail(assertion.place, {
      code: 'NATC6103',
      message: `another assertion has the name ${quote(assertion.name)} too`,
      hint: 'give each a name of its own: reports tell them apart by it',
      also: [first.place],
    });
  }
}

const reachKeys = ['from', 'exceptFrom', 'except', 'clusterIPs'] as const;
const serviceKeys = ['services', 'exceptServices'] as const;

/** The keys that each verb may stand beside, all but `name` and `reason`. */
export const verbKeys: Readonly<Record<Verb, readonly string[]>> = {
  mustReach: reachKeys,
  mustNotReach: reachKeys,
  mayReachOnly: reachKeys,
  mustKeepClientAddress: reachKeys,
  mustHaveEndpoints: [...serviceKeys, 'from', 'exceptFrom'],
  externalIPsMustBeIn: serviceKeys,
  loadBalancerIPsMustBeIn: serviceKeys,
  nodePortsMustBeIn: serviceKeys,
  mayBeAnsweredOnlyBy: ['addresses'],
};

const verbs = Object.keys(verbKeys) as Verb[];

function readAssertion(entry: Fields): Assertion | undefined {
  const { report } = entry;
  const given = verbs.filter((verb) => Object.hasOwn(entry.record, verb));
  const [verb, second] = given;
  const keys = ['name', 'reason', ...(verb === undefined ? allKeys : [verb, ...verbKeys[verb]])];
  const name = stringField(entry, 'name');
  if (rawField(entry, 'name') === undefined || name?.trim() === '')
    report.fail(at(entry), {
      code: 'NATC6103',
      message: 'the assertion has no name',
      hint: 'say in name what is to hold: reports have it',
    });
  stringField(entry, 'reason');
  refuseUnknownKeys(
    entry,
    second === undefined ? keys : [...keys, ...allKeys],
    verb === undefined ? 'an assertion' : `an assertion of ${verb}`,
  );
  if (verb === undefined || second !== undefined) {
    report.fail(second === undefined ? at(entry) : atKey(entry, second), {
      code: 'NATC6103',
      message:
        second === undefined
          ? 'the assertion says nothing'
          : `an assertion says one thing, and this one says ${verb} and ${second}`,
      hint:
        second === undefined ? `give it one of ${listWords(verbs)}` : 'make two assertions of it',
    });
    return undefined;
  }
  const statement = readStatement(entry, verb);
  if (statement === undefined || name === undefined) return undefined;
  return { name: name.trim(), place: at(entry), ...statement };
}

const allKeys: readonly string[] = [...new Set([...verbs, ...Object.values(verbKeys).flat()])];

function readStatement(entry: Fields, verb: Verb): AssertionStatement | undefined {
  switch (verb) {
    case 'mustReach':
    case 'mustNotReach':
    case 'mayReachOnly':
    case 'mustKeepClientAddress': {
      const from = readFrom(entry);
      if (from === undefined) {
        entry.report.fail(at(entry), {
          code: 'NATC6103',
          message: `${verb} needs from: whom it is about`,
          hint: 'from: outside, pods, node, anyone, a CIDR, or endpoints as in {namespace: shop}',
        });
        return undefined;
      }
      const clusterIPs = booleanField(entry, 'clusterIPs') ?? false;
      const targets = readTargets(entry, verb, verb === 'mayReachOnly');
      if (verb === 'mustReach') refuseVague(entry, targets);
      return { verb, from, targets, except: readTargets(entry, 'except'), clusterIPs };
    }
    case 'mustHaveEndpoints':
      return readEndpointStatement(entry);
    case 'externalIPsMustBeIn':
    case 'loadBalancerIPsMustBeIn': {
      const networks = entriesOf(entry, verb).flatMap((each) => networkText(each) ?? []);
      return { verb, services: readServices(entry), networks };
    }
    case 'nodePortsMustBeIn':
      return { verb, services: readServices(entry), ports: readPortList(entry, verb) };
    case 'mayBeAnsweredOnlyBy':
      return readOwnerStatement(entry);
  }
}

/** Everything that answers anybody would have to answer everybody. */
function refuseVague(entry: Fields, targets: ReturnType<typeof readTargets>): void {
  if (targets.some(({ kind }) => kind === 'anything'))
    refuseValue(
      entry,
      ['mustReach'],
      'certain destinations, such as {service: shop/web} or {address: 192.0.2.1, ports: 80}',
      rawField(entry, 'mustReach'),
    );
}

/** All of them unless some are named. */
function readServices(entry: Fields): ServiceSelection {
  const patterns = (key: string) =>
    entriesOf(entry, key).flatMap((each) => servicePattern(each) ?? []);
  return {
    services: rawField(entry, 'services') === undefined ? ['*'] : patterns('services'),
    except: patterns('exceptServices'),
  };
}

function readEndpointStatement(entry: Fields): AssertionStatement | undefined {
  const verb = 'mustHaveEndpoints';
  const value = rawField(entry, verb);
  const head = { verb, services: readServices(entry), from: readFrom(entry) } as const;
  const expected = 'a number such as 2, or {atLeast: 2} or {ofBefore: half}';
  if (typeof value === 'number') {
    if (Number.isInteger(value) && value >= 1)
      return { ...head, atLeast: value, ofBefore: undefined };
    return refuseValue(entry, [verb], expected, value);
  }
  const mapping = mappingOf({ value, path: [verb], fields: entry });
  if (mapping === undefined) return refuseValue(entry, [verb], expected, value);
  refuseUnknownKeys(mapping, ['atLeast', 'ofBefore'], verb);
  const atLeast = rawField(mapping, 'atLeast');
  const ofBefore = rawField(mapping, 'ofBefore');
  if (atLeast === undefined && ofBefore === undefined)
    return refuseValue(entry, [verb], expected, value);
  if (atLeast !== undefined && !(Number.isInteger(atLeast) && Number(atLeast) >= 1))
    return refuseValue(mapping, ['atLeast'], 'a whole number from 1', atLeast);
  const fraction = ofBefore === undefined ? undefined : fractionOf(ofBefore);
  if (ofBefore !== undefined && fraction === undefined)
    return refuseValue(mapping, ['ofBefore'], 'half, all, 2/3, 50% or the like', ofBefore);
  return { ...head, atLeast: Number(atLeast ?? 0), ofBefore: fraction };
}

/** `half`, `all`, `2/3`, `50%`; undefined for what is no part of something. */
function fractionOf(value: unknown): number | undefined {
  if (value === 'half') return 1 / 2;
  if (value === 'all') return 1;
  const text = String(value);
  const [, part, whole] = /^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? [];
  const [, percent] = /^(\d{1,3}(?:\.\d+)?)%$/.exec(text) ?? [];
  const fraction = percent === undefined ? Number(part) / Number(whole) : Number(percent) / 100;
  return fraction > 0 && fraction <= 1 ? fraction : undefined;
}

function readOwnerStatement(entry: Fields): AssertionStatement {
  const verb = 'mayBeAnsweredOnlyBy';
  const addresses: string[] = [];
  const addressesOf: string[] = [];
  for (const each of entriesOf(entry, 'addresses')) {
    const mapping = mappingOf(each);
    if (mapping === undefined) {
      const network = networkText(each);
      if (network !== undefined) addresses.push(network);
      continue;
    }
    refuseUnknownKeys(mapping, ['service'], 'addresses');
    const value = rawField(mapping, 'service');
    const service = servicePattern({ value, path: ['service'], fields: mapping });
    if (service !== undefined) addressesOf.push(service);
  }
  if (rawField(entry, 'addresses') === undefined)
    entry.report.fail(at(entry), {
      code: 'NATC6103',
      message: `${verb} needs addresses: what is to be answered by nobody else`,
      hint: 'addresses: CIDRs, addresses, or those of a Service, as in {service: default/kubernetes}',
    });
  const owners = entriesOf(entry, verb).flatMap((each) => servicePattern(each) ?? []);
  return { verb, addresses, addressesOf, owners };
}
