import { naturalCompare } from '../net/natural-compare.ts';
import type { ChangeType } from './aspects.ts';
import type { Change, DiffCounts, Remark, TrafficDiff } from './change.ts';
import { collectRisks, openRisks } from './risks/collect.ts';

/** The changes of one Service, the risky ones first. */
export interface ServiceChanges {
  /** `shop/web`; undefined for what no Service has. */
  readonly service: string | undefined;
  /** Whether the Service itself comes or goes. */
  readonly life: 'new' | 'removed' | 'changed';
  readonly changes: readonly Change[];
  readonly remarks: readonly Remark[];
}

/** The changes by Service, in the order of their names; what no Service has comes last. */
export function groupChanges({
  changes,
  services,
  remarks,
}: TrafficDiff): readonly ServiceChanges[] {
  const groups = new Map<string, Change[]>();
  for (const change of changes) {
    const service = change.service ?? '';
    const group = groups.get(service);
    if (group === undefined) groups.set(service, [change]);
    else group.push(change);
  }
  const names = [...groups.keys()].sort((a, b) =>
    a === '' || b === '' ? b.length - a.length : naturalCompare(a, b),
  );
  return names.map((name) => ({
    service: name === '' ? undefined : name,
    life: lifeOf(name, services),
    changes: [...(groups.get(name) ?? [])].sort(byImportance),
    remarks: remarks.filter(({ service }) => service === name),
  }));
}

export const countChanges = (diff: TrafficDiff): DiffCounts => ({
  changes: diff.changes.length,
  services: new Set(diff.changes.flatMap(({ service }) => service ?? [])).size,
  risks: openRisks(collectRisks(diff)).length,
});

/** The groups by namespace, in the order of their names; what no Service has comes last, as `undefined`. */
export function byNamespace(
  groups: readonly ServiceChanges[],
): ReadonlyMap<string | undefined, readonly ServiceChanges[]> {
  const namespaces = new Map<string | undefined, ServiceChanges[]>();
  for (const group of groups) {
    const namespace = group.service?.replace(/\/.*/, '');
    const known = namespaces.get(namespace);
    if (known === undefined) namespaces.set(namespace, [group]);
    else known.push(group);
  }
  return namespaces;
}

/** `5 changes in 3 Services, 1 risk` */
export function countsText({ changes, services, risks }: DiffCounts): string {
  const count = (number: number, word: string): string =>
    `${number} ${word}${number === 1 ? '' : 's'}`;
  const where = services === 0 ? '' : ` in ${count(services, 'Service')}`;
  return `${count(changes, 'change')}${where}, ${risks === 0 ? 'no risk' : count(risks, 'risk')} found`;
}

function lifeOf(name: string, { before, after }: TrafficDiff['services']): ServiceChanges['life'] {
  if (name === '' || before.has(name) === after.has(name)) return 'changed';
  return after.has(name) ? 'new' : 'removed';
}

const order: readonly ChangeType[] = [
  'REFUSAL_BEGINS',
  'DROP_BEGINS',
  'ANSWER_ENDS',
  'ANSWER_BEGINS',
  'CLIENTS_ADMITTED',
  'CLIENTS_EXCLUDED',
  'ENDPOINTS_CHANGED',
  'SNAT_BEGINS',
  'SNAT_ENDS',
  'AFFINITY_BEGINS',
  'AFFINITY_ENDS',
  'AFFINITY_TIMEOUT_CHANGED',
  'AFFINITY_FORGOTTEN',
  'PASS_BEGINS',
  'MARK_CHANGED',
  'MARKED_PACKETS_CHANGED',
];

const byImportance = (a: Change, b: Change): number =>
  Math.sign(b.risks.length) - Math.sign(a.risks.length) ||
  order.indexOf(a.type) - order.indexOf(b.type) ||
  (a.family < b.family ? -1 : a.family > b.family ? 1 : 0) ||
  naturalCompare(a.destinations[0]?.label ?? '', b.destinations[0]?.label ?? '');
