/**
 * A compilation that stays in memory and is led along with a cluster. What a change costs depends on the
 * Services that have to be compiled, and not on how many others there are.
 */
import { isDeepStrictEqual } from 'node:util';
import { type CompileOutput, compile } from '../compile.ts';
import { type Diagnostic, hasErrors } from '../diagnostics/diagnostic.ts';
import type { Place } from '../diagnostics/place.ts';
import type { SourceObject } from '../diagnostics/source.ts';
import type { Node } from '../model/cluster.ts';
import type { CanonicalRuleset } from '../nftables/canonical/canonical.ts';
import { changedPartsOf } from '../nftables/canonical/changed-parts.ts';
import { joinHalves } from '../nftables/canonical/digest.ts';
import type { WrittenRuleset } from '../nftables/canonical/written.ts';
import type { CompileOptions } from '../options.ts';
import type { ServedBeside } from '../plan/checks/planned.ts';
import type { FlowChange, FlowService } from '../plan/flows.ts';
import { nodeFacts } from '../plan/node-facts.ts';
import type { FamilyPlan } from '../plan/plan.ts';
import { identify } from '../recompile/identify.ts';
import type { KnownGroup } from '../recompile/known.ts';
import { groupsOf } from '../recompile/remember.ts';
import { type ChangeReading, readChanges, readObject } from './change-reading.ts';
import { makeLivePlan } from './live-plan.ts';
import { type LiveTable, makeLiveTable } from './live-table.ts';
import type { FollowedChange, FollowedObject, FollowedStore } from './store.ts';
import { makeTieIndex, type TieIndex } from './tie-index.ts';

/** What has been compiled in full. */
export interface WholeCompilation {
  /** All of the store's. */
  readonly objects: readonly SourceObject[];
  readonly output: CompileOutput;
  readonly diagnostics: readonly Diagnostic[];
}

export interface LiveOptions {
  readonly options: CompileOptions;
  readonly optionPlaces: ReadonlyMap<keyof CompileOptions, Place>;
  /** What stands for a file's name in diagnostics. */
  readonly sourceName: string;
  /** Whether the plan of all Services is kept too. */
  readonly keepsPlan?: boolean;
}

/** What some changes come to. */
export interface LiveChange {
  /** The Services that were compiled, and those that are gone, by `namespace/name`. */
  readonly services: ReadonlySet<string>;
  /** Of these Services. */
  readonly output: CompileOutput;
  readonly diagnostics: readonly Diagnostic[];
  /** The parts of the ruleset that these Services have, and what all share: before and after. */
  readonly previous: CanonicalRuleset;
  readonly next: CanonicalRuleset;
  /** The families and shared parts, without the other Services. */
  readonly written: WrittenRuleset;
  /** Of the whole ruleset. */
  readonly digest: string;
  /** Of these Services; undefined where none has connections by UDP or SCTP. */
  readonly flows: FlowChange | undefined;
  /** Whether what sysctls and foreign rules are judged by is another one. */
  readonly servesOtherwise: boolean;
}

export interface LiveCompilation {
  /**
   * Compiles what changed and takes it for granted: when the kernel does not get it, the compilation is to
   * be thrown away.
   *
   * @returns undefined where all has to be compiled
   */
  readonly change: (changes: readonly FollowedChange[]) => LiveChange | undefined;
  /** All of the ruleset; takes as long as there are Services. */
  readonly whole: () => WrittenRuleset;
  readonly digest: () => string;
  /** The plan of all Services, if it is kept, as a ruleset needs it; takes as long as there are Services. */
  readonly plan: () => readonly FamilyPlan[];
  /** Whether any Service is served in any family. */
  readonly servesAny: () => boolean;
  readonly flowServices: () => readonly FlowService[];
  /** What is known of some Services, anew from their text. */
  readonly objectsOf: (services: Iterable<string>) => readonly SourceObject[];
}

/**
 * @param store has the objects that were compiled, or newer ones: {@link LiveCompilation.change} is told of these
 * @returns undefined where a Node cannot be read: nobody can tell what depends on it
 */
export function makeLiveCompilation(
  { objects, output, diagnostics }: WholeCompilation,
  store: FollowedStore,
  given: LiveOptions,
): LiveCompilation | undefined {
  if (output.cluster.hasUnreadableNode) return undefined;
  const { options, optionPlaces, sourceName } = given;
  const identified = identify(objects, output.cluster);
  const groupOf = new Map<string, string>();
  const members = new Map<string, Set<string>>();
  for (const { identity, group } of identified.values()) {
    groupOf.set(identity, group);
    addMember(members, group, identity);
  }
  const groups = new Map<string, KnownGroup>();
  const ties: TieIndex = makeTieIndex();
  const tables: readonly LiveTable[] = output.plan.families.map((family) =>
    makeLiveTable({ ...family, servicePorts: [], healthChecks: [], contests: [] }),
  );
  const put = (name: string, group: KnownGroup | undefined): void => {
    if (group === undefined) groups.delete(name);
    else groups.set(name, group);
    ties.set(name, group?.ties);
    for (const table of tables) table.put(name, group?.families.get(table.family));
  };
  for (const [name, group] of groupsOf({ objects, output, diagnostics }, identified)) {
    put(name, group);
    shrink(name);
  }
  // Without the whole text that they were read from; nothing points into it.
  const nodes: readonly Node[] = output.cluster.nodes.map((node) => ({
    ...node,
    object: { ...nowhere, kind: 'Node', value: { metadata: { name: node.name } } },
  }));
  const nodeAddresses = nodeFacts(output.cluster, output.settings).addresses;

  const livePlan = given.keepsPlan === true ? makeLivePlan(output.plan) : undefined;
  const plan = (): readonly FamilyPlan[] =>
    tables.map((table) => ({
      ...table.plan(),
      servicePorts: livePlan?.servicePorts(table.family) ?? [],
    }));
  const servesAny = (): boolean => tables.some((table) => table.serves().services);
  return { change, whole, digest, plan, servesAny, flowServices, objectsOf };

  function change(changes: readonly FollowedChange[]): LiveChange | undefined {
    if (changes.some(({ kind }) => kind === 'Node')) return undefined;
    const reading = readChanges({ ...given, nodes, nodeAddresses });
    const chosen = new Set<string>();
    for (const { kind, name, after } of changes) {
      const key = `${kind} ${name}`;
      const old = groupOf.get(key);
      if (old !== undefined) chosen.add(old);
      if (after === undefined) {
        groupOf.delete(key);
        if (old !== undefined) members.get(old)?.delete(key);
        continue;
      }
      if (!reading.read(after)) return undefined;
    }
    for (const [key, group] of reading.groups()) {
      const old = groupOf.get(key);
      if (old !== undefined && old !== group) members.get(old)?.delete(key);
      groupOf.set(key, group);
      addMember(members, group, key);
      chosen.add(group);
    }
    if (!chooseTied(chosen, reading)) return undefined;
    return compiled(chosen, reading);
  }

  /** Reads all of the chosen groups, and of those that are tied to them, to the end. */
  function chooseTied(chosen: Set<string>, reading: ChangeReading): boolean {
    let added: readonly string[] = [...chosen];
    while (added.length > 0) {
      for (const group of added)
        for (const key of members.get(group) ?? []) {
          const object = objectOf(key);
          if (object === undefined || !reading.read(object)) return false;
        }
      const now = reading.ties();
      const tied = added.flatMap((group) => ties.tiedTo(group, now.get(group)));
      added = [...new Set(tied)].filter((group) => !chosen.has(group));
      for (const group of added) chosen.add(group);
    }
    return true;
  }

  function compiled(chosen: ReadonlySet<string>, reading: ChangeReading): LiveChange | undefined {
    // A Node, and a slice of no Service, have names with a space.
    const services = new Set([...chosen].filter((name) => !name.includes(' ')));
    const objects = reading.objects();
    const { output, diagnostics } = compile(objects, options, {
      optionPlaces,
      beside: { nodes, families: servedBeside(tables, services) },
    });
    if (output === undefined || hasErrors(diagnostics)) return undefined;
    const served = tables.map((table) => table.serves());
    const flowsBefore = flowsOf(chosen);
    const previous = partOf(services);
    const next = groupsOf({ objects, output, diagnostics }, reading.identified());
    for (const name of chosen) put(name, next.get(name));
    livePlan?.put(services, output.plan);
    const written = partOf(services);
    const flows = { before: flowsBefore, after: flowsOf(chosen) };
    const hasFlows = flows.before.length + flows.after.length > 0;
    const made: LiveChange = {
      ...{ services, output, diagnostics, written },
      ...changedPartsOf(previous, written, services, (family, keys) =>
        tables.flatMap((table) =>
          nftFamilies[table.family] === family ? table.membersBeside(services, keys) : [],
        ),
      ),
      digest: digest(),
      flows: hasFlows ? flows : undefined,
      servesOtherwise: !isDeepStrictEqual(
        served,
        tables.map((table) => table.serves()),
      ),
    };
    for (const name of chosen) shrink(name);
    return made;
  }

  /** A change looks at few of them: they need not lie ready. */
  function shrink(name: string): void {
    for (const { fragment } of groups.get(name)?.families.values() ?? []) fragment?.record.shrink();
  }

  /** What some Services contribute now, and what all share. */
  function partOf(services: ReadonlySet<string>): WrittenRuleset {
    return {
      tables: tables.map((table) => ({
        shared: table.shared(),
        fragments: new Map(
          [...services].flatMap((name) => {
            const part = groups.get(name)?.families.get(table.family);
            return part?.fragment === undefined ? [] : [[name, part.fragment.record] as const];
          }),
        ),
      })),
    };
  }

  function whole(): WrittenRuleset {
    return { tables: tables.map((table) => table.whole()) };
  }

  function digest(): string {
    const half = (family: 'IPv4' | 'IPv6') => tables.find((each) => each.family === family)?.half();
    return joinHalves(half('IPv4'), half('IPv6'));
  }

  function flowsOf(names: Iterable<string>): readonly FlowService[] {
    return [...names].flatMap((name) => groups.get(name)?.flowServices ?? []);
  }

  /** In the order of the plan: by family, then by namespace and name. */
  function flowServices(): readonly FlowService[] {
    const names = [...groups.keys()]
      .filter((name) => (groups.get(name)?.flowServices.length ?? 0) > 0)
      .map((name) => ({ name, key: name.replace('/', '\0') }))
      .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    const all = flowsOf(names.map(({ name }) => name));
    return tables.flatMap(({ family }) => all.filter((each) => each.family === family));
  }

  function objectsOf(services: Iterable<string>): readonly SourceObject[] {
    return [...services].flatMap((service) =>
      [...(members.get(service) ?? [])].flatMap((key) => {
        const object = objectOf(key);
        return object === undefined ? [] : (readObject(object, sourceName) ?? []);
      }),
    );
  }

  function objectOf(key: string): FollowedObject | undefined {
    const end = key.indexOf(' ');
    const [kind, name] = [key.slice(0, end), key.slice(end + 1)];
    const known = kinds.find((each) => each === kind);
    return known === undefined ? undefined : store.get(known, name);
  }
}

const nowhere: Omit<SourceObject, 'kind' | 'value'> = {
  source: { name: '', text: '' },
  extent: { format: 'json', start: 0, end: 0, path: [] },
  apiVersion: 'v1',
};

const kinds = ['Node', 'Service', 'EndpointSlice'] as const;

const nftFamilies = { IPv4: 'ip', IPv6: 'ip6' } as const;

/** The families in which Services are served beside these. */
function servedBeside(tables: readonly LiveTable[], services: ReadonlySet<string>): ServedBeside {
  const beside = new Map<LiveTable['family'], { readonly hasNodePorts: boolean }>();
  for (const table of tables) {
    const others = table.serves(services);
    if (others.services) beside.set(table.family, { hasNodePorts: others.nodePorts });
  }
  return beside;
}

function addMember(members: Map<string, Set<string>>, group: string, key: string): void {
  const known = members.get(group);
  if (known === undefined) members.set(group, new Set([key]));
  else known.add(key);
}
