/** Findings that somebody has looked at and does not want to hear of again. */

import type { DiagnosticCode } from './codes.ts';
import type { Diagnostic } from './diagnostic.ts';
import { saidOf } from './group.ts';
import { isMapping } from './mapping.ts';
import { formatPath, objectName } from './object-name.ts';
import type { Place } from './place.ts';
import type { SourceObject } from './source.ts';

interface RuleText {
  readonly code: DiagnosticCode;
  /** The object's `Kind namespace/name`, in which `*` stands for any text; undefined: wherever it is found. */
  readonly object: string | undefined;
  /** Undefined: nobody said why. */
  readonly reason: string | undefined;
}

/** What is ignored, who says so, and where. */
export type IgnoreRule =
  | (RuleText & { readonly from: 'natc.yaml'; readonly place: Place })
  /** About the object that it stands in. Whoever may change that may not silence what it does to others. */
  | (RuleText & { readonly from: 'annotation'; readonly place: Extract<Place, { kind: 'field' }> });

/** What was silenced, and the rules that did it. */
export interface Ignored {
  readonly diagnostic: Diagnostic;
  readonly rules: readonly IgnoreRule[];
}

/** The rules of one run, and what they have been found to match. */
export interface Ignoring {
  readonly add: (rules: readonly IgnoreRule[]) => void;
  /** @returns what is left to hear; the same diagnostics may come again */
  readonly silence: (given: readonly Diagnostic[]) => readonly Diagnostic[];
  /** Forgets the annotations and all that was silenced: the same objects will come again. */
  readonly startAgain: () => void;
  /** Everything that was silenced up to now. */
  readonly ignored: () => readonly Ignored[];
  /**
   * Warns of rules that match nothing, or only what cannot be ignored.
   *
   * @param isLookedFor whether what the rule is about would have been found by now
   */
  readonly unmatched: (isLookedFor: (rule: IgnoreRule) => boolean) => readonly Diagnostic[];
}

export const ignoreAnnotation = 'natc.dev/ignore';

/** The text of the annotation; undefined where there is none. */
export function ignoreAnnotationOf({ value }: SourceObject): string | undefined {
  const { metadata } = value;
  if (!isMapping(metadata) || !isMapping(metadata['annotations'])) return undefined;
  const { annotations } = metadata;
  const text = Object.hasOwn(annotations, ignoreAnnotation)
    ? annotations[ignoreAnnotation]
    : undefined;
  return typeof text === 'string' ? text : undefined;
}

/** Why a diagnostic is heard whatever the rules say; undefined where a rule may silence it. */
export function firmness(
  { code, severity, wasError }: Diagnostic,
  from: IgnoreRule['from'],
): string | undefined {
  if (severity === 'error') return 'errors cannot be ignored';
  if (wasError === true) return 'what the API server would refuse cannot be ignored';
  if (never.some((pattern) => pattern.test(code))) return 'it tells what natc leaves out or undoes';
  if (from === 'annotation' && claims.has(code))
    return 'it is about what an object does to others, so only natc.yaml can ignore it';
  return undefined;
}

/** What could not be read or was read as what admits least, is held back or was undone; and these rules. */
const never: readonly RegExp[] = [
  /^NATC1/,
  /^NATC2100$/,
  /^NATC20(6\d|97)$/,
  /^NATC506/,
  /^NATC604/,
  /^NATC51/,
];

/** What an object takes from others, or hides from the node's operator. */
const claims: ReadonlySet<string> = new Set([
  ...['NATC2007', 'NATC2027', 'NATC2032', 'NATC3001', 'NATC3004', 'NATC3010', 'NATC3022'],
  ...['NATC3030', 'NATC3031', 'NATC3032', 'NATC3033', 'NATC3034', 'NATC3035'],
  ...['NATC3036', 'NATC3037'],
]);

export function makeIgnoring(): Ignoring {
  const ofFile = new Map<string, IgnoreRule[]>();
  // There may be many, but few of one object.
  const ofObjects = new Map<SourceObject, IgnoreRule[]>();
  const matched = new Set<IgnoreRule>();
  const blocked = new Map<IgnoreRule, string>();
  const ignored: Ignored[] = [];
  const rulesFor = (code: string, place: Place | undefined): readonly IgnoreRule[] => {
    if (place?.kind !== 'field') return ofFile.get(code)?.filter(isAbout(undefined)) ?? [];
    const own = ofObjects.get(place.object)?.filter((rule) => rule.code === code);
    return [...(ofFile.get(code)?.filter(isAbout(place.object)) ?? []), ...(own ?? [])];
  };
  const rulesAgainst = (diagnostic: Diagnostic, place: Place | undefined): readonly IgnoreRule[] =>
    rulesFor(diagnostic.code, place).filter((rule) => {
      const firm = firmness(diagnostic, rule.from);
      if (firm === undefined) matched.add(rule);
      else blocked.set(rule, firm);
      return firm === undefined;
    });
  const heardOf = (diagnostic: Diagnostic): readonly Diagnostic[] => {
    const { group, places } = diagnostic;
    if (group === undefined) {
      const rules = rulesAgainst(diagnostic, places[0]);
      if (rules.length === 0) return [diagnostic];
      ignored.push({ diagnostic, rules });
      return [];
    }
    const { group: _, ...common } = diagnostic;
    const judged = group.subjects.map((subject) => ({
      subject,
      rules: rulesAgainst(diagnostic, subject.place),
    }));
    const about = (wanted: boolean): readonly Diagnostic[] => {
      const subjects = judged
        .filter(({ rules }) => rules.length > 0 === wanted)
        .map(({ subject }) => subject);
      if (subjects.length === group.subjects.length) return [diagnostic];
      return subjects.length === 0
        ? []
        : [{ ...common, ...saidOf({ subjects, words: group.words }) }];
    };
    const rules = [...new Set(judged.flatMap((each) => each.rules))];
    ignored.push(...about(true).map((silenced) => ({ diagnostic: silenced, rules })));
    return about(false);
  };
  const addTo = <Key>(index: Map<Key, IgnoreRule[]>, key: Key, rule: IgnoreRule): void => {
    const known = index.get(key);
    if (known === undefined) index.set(key, [rule]);
    else if (!known.some((each) => isSame(each, rule))) known.push(rule);
  };
  return {
    add: (rules) => {
      for (const rule of rules)
        if (rule.from === 'natc.yaml') addTo(ofFile, rule.code, rule);
        else addTo(ofObjects, rule.place.object, rule);
    },
    silence: (given) => {
      if (ofFile.size + ofObjects.size === 0) return given;
      return given.flatMap(heardOf);
    },
    startAgain: () => {
      ofObjects.clear();
      matched.clear();
      blocked.clear();
      ignored.length = 0;
    },
    ignored: () => ignored,
    unmatched: (isLookedFor) =>
      [...ofFile.values(), ...ofObjects.values()]
        .flat()
        .filter((rule) => !matched.has(rule) && (blocked.has(rule) || isLookedFor(rule)))
        .map((rule) => useless(rule, blocked.get(rule))),
  };
}

const isSame = (a: IgnoreRule, b: IgnoreRule): boolean =>
  a.code === b.code && a.object === b.object && placeText(a.place) === placeText(b.place);

const placeText = (place: Place): string =>
  place.kind === 'field' ? formatPath(place.path) : place.kind;

function useless(rule: IgnoreRule, firm: string | undefined): Diagnostic {
  const of = rule.object === undefined ? '' : ` for ${rule.object}`;
  return firm === undefined
    ? {
        code: 'NATC2060',
        severity: 'warning',
        message: `nothing to ignore: there is no ${rule.code}${of}`,
        places: [rule.place],
        hint: 'remove it; what it was for is gone, or is told of another object',
      }
    : {
        code: 'NATC2062',
        severity: 'warning',
        message: `${rule.code}${of} is not ignored: ${firm}`,
        places: [rule.place],
        hint: 'put right what it is about, and remove this',
      };
}

/** The object that the diagnostic is printed with, not those that it mentions beside it. */
const isAbout =
  (of: SourceObject | undefined) =>
  ({ object }: IgnoreRule): boolean =>
    object === undefined || (of !== undefined && namesOf(of).some((name) => fits(object, name)));

/** As messages name it, and with the namespace that it is in without saying so. */
function namesOf(object: SourceObject): readonly string[] {
  const name = objectName(object);
  const { metadata } = object.value;
  if (object.kind === 'Node' || !isMapping(metadata)) return [name];
  const { namespace = 'default', name: own } = metadata;
  if (namespace !== 'default' || typeof own !== 'string') return [name];
  return [`${object.kind} ${own}`, `${object.kind} default/${own}`];
}

/** How a rule names an object itself. */
export const ownName = (object: SourceObject): string => objectName(object);

/** Whether a text is the pattern, in which `*` stands for any text. Linear for each `*`. */
export function fits(pattern: string, text: string): boolean {
  const [first = '', ...parts] = pattern.split('*');
  if (!text.startsWith(first)) return false;
  const last = parts.pop();
  if (last === undefined) return text === pattern;
  let from = first.length;
  for (const part of parts) {
    const index = text.indexOf(part, from);
    if (index < 0) return false;
    from = index + part.length;
  }
  return text.length - last.length >= from && text.endsWith(last);
}
