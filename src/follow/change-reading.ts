import type { Place } from '../diagnostics/place.ts';
import type { SourceObject } from '../diagnostics/source.ts';
import type { Node } from '../model/cluster.ts';
import { buildModel } from '../model/model.ts';
import type { CompileOptions } from '../options.ts';
import { readObjects } from '../read/read.ts';
import { identify } from '../recompile/identify.ts';
import type { KnownGroup } from '../recompile/known.ts';
import { partsOf } from '../recompile/remember.ts';
import { tiesOf } from '../recompile/ties.ts';
import type { FollowedObject } from './store.ts';

/** What changes of some Services are compiled from: their objects, and those of all that is tied to them. */
export interface ChangeReading {
  /** @returns false when something is to be said of how one is written */
  readonly read: (object: FollowedObject) => boolean;
  readonly objects: () => readonly SourceObject[];
  /** Each object that was read, `Service shop/web`, with its group. */
  readonly groups: () => ReadonlyMap<string, string>;
  readonly identified: () => ReturnType<typeof identify>;
  readonly ties: () => ReadonlyMap<string, KnownGroup['ties']>;
}

export interface ReadingParts {
  readonly options: CompileOptions;
  readonly optionPlaces: ReadonlyMap<keyof CompileOptions, Place>;
  /** What stands for a file's name in diagnostics. */
  readonly sourceName: string;
  readonly nodes: readonly Node[];
  /** Of the node that is compiled for. */
  readonly nodeAddresses: Parameters<typeof tiesOf>[1];
}

/** Begins with nothing. */
export function readChanges({
  options,
  optionPlaces,
  sourceName,
  nodes,
  nodeAddresses,
}: ReadingParts): ChangeReading {
  const read = new Map<string, SourceObject>();
  let model: ReturnType<typeof buildModel> | undefined;
  const cluster = () => {
    model ??= buildModel([...read.values()], options, optionPlaces, nodes);
    return model.cluster;
  };
  const found = () => identify([...read.values()], cluster());
  return {
    read: (object) => {
      const key = `${object.kind} ${object.name}`;
      if (read.has(key)) return true;
      const one = readObject(object, sourceName);
      if (one === undefined) return false;
      read.set(key, one);
      model = undefined;
      return true;
    },
    objects: () => [...read.values()],
    groups: () => new Map(Array.from(found().values(), ({ identity, group }) => [identity, group])),
    identified: found,
    ties: () => {
      const parts = partsOf(cluster(), [...read.values()], found());
      return new Map([...parts].map(([name, part]) => [name, tiesOf(part, nodeAddresses)]));
    },
  };
}

/** An object by itself; undefined where something is to be said of how it is written. */
export function readObject({ text }: FollowedObject, name: string): SourceObject | undefined {
  const { objects, diagnostics, cutOff } = readObjects([{ name, bytes: Buffer.from(text) }]);
  return objects.length === 1 && diagnostics.length + cutOff.length === 0 ? objects[0] : undefined;
}
