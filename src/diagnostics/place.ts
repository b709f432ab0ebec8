import type { FieldPath, Source, SourceObject } from './source.ts';

/** What a diagnostic points at. The first place of a diagnostic is the primary one. */
export type Place =
  | {
      /** A field of an object, or the object itself when `path` is empty. */
      readonly kind: 'field';
      readonly object: SourceObject;
      readonly path: FieldPath;
      /** Point at the field's key instead of its value, e.g. for a field that should not be there. */
      readonly at?: 'key' | 'value';
      /** A few words set beside the place, e.g. `first defined here`. */
      readonly note?: string;
    }
  | {
      /** A stretch of text, e.g. of a syntax error. */
      readonly kind: 'span';
      readonly source: Source;
      readonly start: number;
      readonly end: number;
      readonly note?: string;
    }
  | {
      /** A whole file or stdin, e.g. one that cannot be read. */
      readonly kind: 'file';
      readonly name: string;
    }
  | {
      /** A command line option, e.g. `--nodeport-addresses`, and the offending value. */
      readonly kind: 'option';
      readonly option: string;
      readonly value: string;
    };
