/**
 * Where input came from. Positions are worked out lazily: an object remembers the slice of text it
 * was read from, and only a diagnostic pays for finding the line and column of one field.
 */

/** One input text: a file, or stdin. `name` is what the user typed (or `<stdin>`). */
export interface Source {
  readonly name: string;
  readonly text: string;
  /** Whether a byte order mark stood before the text. */
  readonly hasMark?: boolean;
}

/** The way from an object's root to one of its fields, e.g. `['spec', 'ports', 0, 'port']`. */
export type FieldPath = readonly (string | number)[];

/** The part of a source that has to be parsed again to find a field of one object. */
export interface Extent {
  readonly format: 'json' | 'yaml';
  /** Offsets (UTF-16 units) of the slice in the source's text; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  /** Where the object sits within that slice, e.g. `['items', 3]`; empty when it is the slice. */
  readonly path: FieldPath;
}

/** A Kubernetes object as read: plain JSON data plus where it stands. */
export interface SourceObject {
  readonly source: Source;
  readonly extent: Extent;
  readonly apiVersion: string;
  readonly kind: string;
  readonly value: Readonly<Record<string, unknown>>;
  /** Fields that JSON text gives more than once; absent where there is none. */
  readonly repeated?: readonly FieldPath[];
  /** Where natc made the object up, as the control plane would: what it made it from. */
  readonly madeFrom?: SourceObject;
}

/** A resolved position. `line` and `column` count from 1, columns in UTF-16 units, end exclusive. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** The text of `line`, without its line break. */
  readonly lineText: string;
}
