import { type CompileOutput, compile } from '../compile.ts';
import { isPrinted, type Place } from '../diagnostics/diagnostic.ts';
import type { SourceObject } from '../diagnostics/source.ts';
import { buildModel } from '../model/model.ts';
import type { CompileOptions } from '../options.ts';
import { flowServices } from '../plan/flows.ts';
import { nodeFacts } from '../plan/node-facts.ts';
import type { Input } from '../read/inputs.ts';
import { readObjects } from '../read/read.ts';
import { renderNft } from '../render/nft.ts';
import { refuseDoubtfulClaims, refuseOtherNodes } from './claim-guards.ts';
import { CannotSplice, giveUp } from './edit.ts';
import { type Item, type Items, inputOf } from './items.ts';
import { serviceOf } from './layout.ts';
import {
  type Description,
  describeObjects,
  entangledServices,
  factsOf,
  otherKind,
  type Remembered,
  type RememberedItem,
} from './remembered.ts';
import { splice } from './splice.ts';

export type Recompilation =
  | {
      readonly kind: 'spliced';
      /** What the next compilation has to know, with the text; the same when nothing changed. */
      readonly remembered: Remembered;
      /** The Services that were compiled, by `namespace/name`, and what they were compiled from. */
      readonly services: ReadonlySet<string>;
      readonly objects: readonly SourceObject[];
      /** Theirs, with all that a plan says of the node; undefined for the same input. */
      readonly output: CompileOutput | undefined;
    }
  /** Only a full compilation can tell, because of this. */
  | { readonly kind: 'full'; readonly because: string };

/**
 * Compiles what has changed since the last compilation, and puts it into that one's text. The result
 * is what a full compilation would print, byte by byte, and one that would print no warnings.
 *
 * @param items those of `inputs`
 * @param options what to compile with; its hash must be that of `remembered`
 */
export function recompile(
  remembered: Remembered,
  items: Items,
  inputs: readonly Input[],
  options: CompileOptions,
  optionPlaces: ReadonlyMap<keyof CompileOptions, Place>,
): Recompilation {
  try {
    return spliced(remembered, items, inputs, options, optionPlaces);
  } catch (error) {
    if (error instanceof CannotSplice) return { kind: 'full', because: error.message };
    throw error;
  }
}

/** Where more has changed, a full compilation is as quick. */
const isMuch = (changed: number, all: number): boolean => changed > 10 && changed > all / 10;

function spliced(
  remembered: Remembered,
  { items, frame }: Items,
  inputs: readonly Input[],
  options: CompileOptions,
  optionPlaces: ReadonlyMap<keyof CompileOptions, Place>,
): Recompilation {
  if (frame !== remembered.frame) giveUp('the input has another form');
  const known = new Map(remembered.items.map((item) => [item.hash, item]));
  const hashes = new Set(items.map(({ hash }) => hash));
  if (hashes.size < items.length) giveUp('an object is given twice');
  const arrived = items.filter(({ hash }) => !known.has(hash));
  const gone = remembered.items.filter(({ hash }) => !hashes.has(hash));
  if (arrived.length + gone.length === 0) return unchanged(remembered);
  if (isMuch(arrived.length + gone.length, items.length)) giveUp('much has changed');

  const objects = new Map(arrived.map((item) => [item, readItem(item, inputs)]));
  const { cluster, settings } = buildModel(present(objects.values()), options, optionPlaces);
  const descriptions = [
    ...describeObjects(cluster, nodeFacts(cluster, settings).addresses).values(),
  ];
  const services = new Set(present([...descriptions, ...gone].map(({ service }) => service)));
  const others = items.flatMap((item) => known.get(item.hash) ?? []);
  refuseTwice(others, descriptions);
  const isNeeded = ({ service, identity }: RememberedItem): boolean =>
    (service !== undefined && services.has(service)) || identity === `Node ${settings.nodeName}`;
  for (const item of items) {
    const before = known.get(item.hash);
    if (before !== undefined && isNeeded(before)) objects.set(item, readItem(item, inputs));
  }

  const arrivals = new Set(present(arrived.map((item) => objects.get(item))));
  const output = compileAlone(present(objects.values()), options, optionPlaces);
  if (factsOf(output) !== remembered.facts) giveUp('something about the node changed');
  if (remembered.entangled.some((service) => services.has(service)))
    giveUp('Services have an endpoint in common');
  const { addresses } = nodeFacts(output.cluster, output.settings);
  const described = describeObjects(output.cluster, addresses);
  refuseTaken(
    others.filter((item) => !isNeeded(item)),
    [...described.values()],
  );
  refuseOtherNodes(descriptions, gone, settings, remembered.text);
  refuseDoubtfulClaims(output, arrivals, remembered);
  const oldClusterIPs = new Set(remembered.items.filter(isNeeded).flatMap(({ claims }) => claims));
  const text = renderNft(output.ruleset);
  const next: Remembered = {
    ...remembered,
    items: items.map(
      (item) => known.get(item.hash) ?? describe(item, objects.get(item), described),
    ),
    entangled: [...remembered.entangled, ...entangledServices(output.plan.families)],
    flowServices: [
      ...remembered.flowServices.filter(({ name }) => !services.has(serviceOf(name))),
      ...flowServices(output.plan),
    ],
    text: splice(remembered.text, { services, oldClusterIPs, text }),
  };
  return {
    kind: 'spliced',
    remembered: next,
    services,
    objects: present(objects.values()),
    output,
  };
}

const unchanged = (remembered: Remembered): Recompilation => ({
  kind: 'spliced',
  remembered,
  services: new Set(),
  objects: [],
  output: undefined,
});

function refuseTwice(
  others: readonly RememberedItem[],
  descriptions: readonly Description[],
): void {
  const identities = new Set(descriptions.map(({ identity }) => identity));
  for (const { identity } of others)
    if (identity !== undefined && identities.has(identity)) giveUp(`${identity} is given twice`);
}

function refuseTaken(
  others: readonly RememberedItem[],
  descriptions: readonly Description[],
): void {
  // Services may share a load-balancer IP (P13).
  const claims = new Set(
    descriptions.flatMap((each) => each.claims).filter((claim) => !claim.startsWith('vip ')),
  );
  if (others.some((other) => other.claims.some((claim) => claims.has(claim))))
    giveUp('two Services claim the same');
}

const present = <T>(list: Iterable<T | undefined>): readonly T[] =>
  [...list].filter((each) => each !== undefined);

/** The object that an item holds; undefined when it is of a kind that natc does not use. */
function readItem(item: Item, inputs: readonly Input[]): SourceObject | undefined {
  const { objects, skipped, diagnostics, cutOff } = readObjects([inputOf(item, inputs)]);
  const [object] = objects;
  if (objects.length + skipped.size !== 1) giveUp('something is wrong with a changed object');
  if (object !== undefined && diagnostics.length + cutOff.length > 0)
    giveUp('something is to be said about a changed object');
  return object;
}

/** Compiles some Services as if there were no others. */
function compileAlone(
  objects: readonly SourceObject[],
  options: CompileOptions,
  optionPlaces: ReadonlyMap<keyof CompileOptions, Place>,
): CompileOutput {
  const { output, diagnostics } = compile(objects, options, optionPlaces);
  if (output === undefined || diagnostics.some(isPrinted))
    return giveUp('something is to be said about a changed object');
  return output;
}

const describe = (
  { hash }: Item,
  object: SourceObject | undefined,
  described: ReadonlyMap<SourceObject, Description>,
): RememberedItem => ({ hash, ...((object && described.get(object)) ?? otherKind) });
