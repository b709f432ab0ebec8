import type { Place } from './place.ts';

/** One of several things that a single diagnostic is about. */
export interface GroupSubject {
  /** `namespace/name`, or what else it is called; empty where the message names none. */
  readonly name: string;
  readonly place: Place;
}

/** The words for one subject and for several. */
export type GroupWords =
  | {
      readonly noun: readonly [one: string, many: string];
      /** Goes on from the noun and its name: `Service a/b is …`, `3 Services (a/b, …) are …`. */
      readonly says: readonly [one: string, many: string];
    }
  /** The same for any number, and their number where they are many. */
  | { readonly message: string };

/** Everything that one diagnostic is about: it names and points at the first few. */
export interface Group {
  readonly subjects: readonly GroupSubject[];
  readonly words: GroupWords;
}

/** The fields of a diagnostic. */
interface Said {
  readonly message: string;
  readonly places: readonly Place[];
  readonly group?: Group;
}

const shown = 3;

/** What a diagnostic says of a group: its message and places, and the group where it is more than one. */
export function saidOf(group: Group): Said {
  const { subjects, words } = group;
  const places = subjects.slice(0, shown).map(({ place }) => place);
  return { message: messageOf(subjects, words), places, ...(subjects.length > 1 && { group }) };
}

function messageOf(subjects: readonly GroupSubject[], words: GroupWords): string {
  if ('message' in words)
    return subjects.length > shown
      ? `${words.message} (${subjects.length} objects)`
      : words.message;
  const { noun, says } = words;
  return subjects.length === 1
    ? `${noun[0]} ${subjects[0]?.name} ${says[0]}`
    : `${subjects.length} ${noun[1]} (${listed(subjects)}) ${says[1]}`;
}

function listed(subjects: readonly GroupSubject[]): string {
  const names = subjects.slice(0, shown).map((each) => each.name);
  const others = subjects.length - names.length;
  return others === 0 ? names.join(', ') : `${names.join(', ')} and ${others} more`;
}
