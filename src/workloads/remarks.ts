import type { FieldPath, SourceObject } from '../diagnostics/source.ts';
import { counted } from '../diagnostics/summary.ts';
import type { Expanded } from './pods.ts';
import { type PodSelection, podsIn } from './selection.ts';

/** What becomes of the endpoints of a Service that selectors find among workloads, and through which field. */
export interface SelectionRemark {
  /** `namespace/name` */
  readonly service: string;
  readonly text: string;
  readonly origin: { readonly object: SourceObject; readonly path: FieldPath };
}

/** What differs between the selections of two sides, in the order of the Services' names. */
export function selectionRemarks(
  before: readonly PodSelection[],
  after: readonly PodSelection[],
): readonly SelectionRemark[] {
  const old = new Map(before.map((each) => [each.service, each]));
  return [...after]
    .sort((a, b) => (a.service < b.service ? -1 : 1))
    .flatMap((next) => {
      const was = old.get(next.service);
      return was === undefined ? [] : remarksOf(was, next);
    });
}

function remarksOf(was: PodSelection, next: PodSelection): readonly SelectionRemark[] {
  const { service, object } = next;
  const [from, to] = [podsIn(was).length, podsIn(next).length];
  const remarks: SelectionRemark[] = [];
  const say = (text: string, origin: SelectionRemark['origin']): void => {
    remarks.push({ service, text, origin });
  };
  const atSelector = { object, path: ['spec', 'selector'] };
  if (was.found.length > 0 && next.found.length === 0)
    say(`the selector ${selectorText(next)} matches nothing any more`, atSelector);
  else if (from !== to) {
    const reasons = reasonsOf(was.found, next.found);
    const why = reasons.length === 0 ? '' : `: ${reasons.map(({ text }) => text).join('; ')}`;
    say(
      `${counted(from, 'endpoint')} become${from === 1 ? 's' : ''} ${to}${why}`,
      reasons[0]?.origin ?? atSelector,
    );
  }
  const known = new Set(was.unnamed.map(({ name, workload }) => `${name} ${workload.title}`));
  for (const { name, workload, index, protocol } of next.unnamed)
    if (!known.has(`${name} ${workload.title}`))
      say(`targetPort ${name} is no container's ${protocol} port of ${workload.title}`, {
        object,
        path: ['spec', 'ports', index, 'targetPort'],
      });
  return remarks;
}

const selectorText = ({ selector }: PodSelection): string =>
  [...selector].map(([key, value]) => `${key}=${value}`).join(',');

interface Reason {
  readonly text: string;
  readonly origin: SelectionRemark['origin'];
}

/** Workloads that the selector finds no more or since, and those that have another number of pods. */
function reasonsOf(was: readonly Expanded[], next: readonly Expanded[]): readonly Reason[] {
  const old = new Map(was.map((each) => [each.workload.title, each]));
  const now = new Map(next.map((each) => [each.workload.title, each]));
  const gone = was.filter(({ workload }) => !now.has(workload.title));
  const changes = next.flatMap((each): readonly Reason[] => {
    const before = old.get(each.workload.title);
    const origin = { object: each.workload.object, path: fieldOf(each) };
    if (before === undefined)
      return [{ text: `${each.workload.title} is selected, ${numberOf(each)}`, origin }];
    if (before.pods.length === each.pods.length) return [];
    return [
      {
        text: `${each.workload.title} has ${numberOf(each)} instead of ${before.pods.length}`,
        origin,
      },
    ];
  });
  const lost = gone.map(({ workload }) => ({
    text: `${workload.title} is not selected any more`,
    origin: { object: workload.object, path: ['metadata', 'name'] },
  }));
  return [...lost, ...changes];
}

const numberOf = ({ pods, autoscaler }: Expanded): string =>
  `${counted(pods.length, 'pod')}${autoscaler === undefined ? '' : `, the least of ${autoscaler.title}`}`;

const fieldOf = ({ workload: { pods } }: Expanded): FieldPath =>
  pods.kind === 'nodes' || pods.field === '' ? ['metadata', 'name'] : pods.field.split('.');
