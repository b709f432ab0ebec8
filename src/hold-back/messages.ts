import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { countByNamespace, type Doubts } from './doubts.ts';
import type { Loss, LostService } from './find-lost.ts';
import { believedAfter, type Waiting } from './waiting.ts';

/** The last line of an apply that held something back, without the line break. */
export function waitingLine({ items }: Waiting): string {
  const nodes = items.filter((item) => item.startsWith('Node ')).length;
  const services = items.length - nodes;
  const parts = [
    ...(services === 0 ? [] : [`${services} ${services === 1 ? 'Service' : 'Services'}`]),
    ...(nodes === 0 ? [] : ['the Node']),
  ];
  const keep = items.length === 1 ? 'keeps' : 'keep';
  return `${parts.join(' and ')} ${keep} what was applied before; everything else of the input is applied`;
}

/** What waits and why, for the person who reads the cron job's mail. */
export function describeDoubts(doubts: Doubts, waiting: Waiting): readonly Diagnostic[] {
  const { node, unexplained, many, servedBefore } = doubts;
  const hint = hintFor(doubts, waiting);
  return [
    ...(node === undefined
      ? []
      : [
          held(
            'NATC5060',
            `the input has no Node ${node}, which the last one had: it is taken to be as it was`,
            hint,
          ),
        ]),
    ...missing(unexplained, hint),
    ...(many.length === 0
      ? []
      : [
          held(
            'NATC5061',
            `${many.length} of ${servedBefore} Services with endpoints would lose all of them at once: ${listed(many)}; they keep them for now`,
            hint,
          ),
        ]),
  ];
}

const says: Readonly<Partial<Record<Loss, (count: number) => string>>> = {
  'slices-missing': (count) =>
    count === 1
      ? '1 Service has a selector but no EndpointSlice in the input'
      : `${count} Services have selectors but no EndpointSlice in the input`,
  'service-missing': (count) =>
    count === 1
      ? '1 Service is not in the input although EndpointSlices of it are'
      : `${count} Services are not in the input although EndpointSlices of them are`,
};

function missing(lost: readonly LostService[], hint: string): readonly Diagnostic[] {
  return (['slices-missing', 'service-missing'] as const).flatMap((loss) => {
    const some = lost.filter((each) => each.loss === loss);
    if (some.length === 0) return [];
    const keeps = some.length === 1 ? 'it keeps' : 'they keep';
    const what = says[loss]?.(some.length);
    return [
      held('NATC5060', `${what}: ${listed(some)}; ${keeps} the endpoints of the last one`, hint),
    ];
  });
}

function listed(lost: readonly LostService[]): string {
  const names = lost.map(({ name }) => name);
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  const counts = [...countByNamespace(lost)].map(
    ([namespace, count]) => `${count} in ${namespace}`,
  );
  const where = counts.length > 5 ? [...counts.slice(0, 5), 'others elsewhere'] : counts;
  const examples = `${names.slice(0, 3).join(', ')}${more}`;
  return names.length > 3 ? `${where.join(', ')} (${examples})` : examples;
}

function hintFor({ isPartial }: Doubts, { count }: Waiting): string {
  const asks =
    'did kubectl fail? a pipe hides that: kubectl get services,endpointslices,nodes -A -o json > list.json && natc apply -f list.json, or natc apply --from-cluster';
  const left = believedAfter - count;
  const then = isPartial
    ? 'to apply it as it is: --allow-mass-removal'
    : `to apply it as it is: --allow-mass-removal, or the same input ${left} more ${left === 1 ? 'time' : 'times'}`;
  return `${asks}; ${then}`;
}

const held = (code: 'NATC5060' | 'NATC5061', message: string, hint: string): Diagnostic => ({
  code,
  severity: 'error',
  message,
  places: [],
  hint,
});
