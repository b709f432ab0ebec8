import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { FieldPath } from '../diagnostics/source.ts';
import { type Expanded, mostPods } from './pods.ts';
import type { PodSelection } from './selection.ts';

/** What is wrong with selections, and what was taken for granted for them; each workload is told of once. */
export function podSelectionFindings(selections: readonly PodSelection[]): readonly Diagnostic[] {
  const found = new Map<string, Expanded>();
  for (const { found: expanded } of selections)
    for (const each of expanded) found.set(each.workload.title, each);
  return [
    ...selections.flatMap(unnamedPorts),
    ...[...found.values()].flatMap((each) => [...lackingRoom(each), ...suppositions(each)]),
  ];
}

const unnamedPorts = ({ object, service, unnamed }: PodSelection): readonly Diagnostic[] =>
  unnamed.map(({ workload, index, name, protocol }) => {
    const known = workload.ports
      .filter((port) => port.protocol === protocol && port.name !== '')
      .map((port) => port.name);
    return {
      code: 'NATC3047',
      severity: 'warning',
      message: `targetPort ${JSON.stringify(name)} of Service ${service} is no container's ${protocol} port of ${workload.title}: its pods get no connections to that port`,
      places: [
        { kind: 'field', object, path: ['spec', 'ports', index, 'targetPort'] },
        {
          kind: 'field',
          object: workload.object,
          path: ['metadata', 'name'],
          note: 'selected here',
        },
      ],
      hint:
        known.length === 0
          ? 'name a port of one of its containers, or give the number'
          : `its containers have ${[...new Set(known)].join(', ')}`,
    };
  });

function lackingRoom({ workload, pods, wanted }: Expanded): readonly Diagnostic[] {
  if (pods.length >= wanted || workload.running?.isOver === true) return [];
  const isTooMany = wanted > mostPods && pods.length === mostPods;
  return [
    {
      code: 'NATC3049',
      severity: 'warning',
      message: isTooMany
        ? `${workload.title} is to have ${wanted} pods: only ${mostPods} of them are looked at`
        : `${workload.title} is to have ${wanted} pods, and the nodes of the input have room for ${pods.length}`,
      places: [place(workload, countField(workload))],
      ...(isTooMany
        ? {}
        : { hint: 'nodeSelector, nodeName, taints and hostNetwork say where its pods may run' }),
    },
  ];
}

function suppositions({ workload, autoscaler, wanted }: Expanded): readonly Diagnostic[] {
  const { title, readinessGates, running, kind } = workload;
  const most = autoscaler?.most === undefined ? '' : ` of at most ${autoscaler.most}`;
  const told: (readonly [string, FieldPath])[] = [];
  if (autoscaler !== undefined)
    told.push([
      `${title} is taken to have ${wanted} pods, the least${most} that ${autoscaler.title} allows`,
      countField(workload),
    ]);
  if (readinessGates.length > 0 && running === undefined)
    told.push([
      `the pods of ${title} are taken to be ready, though somebody has to set ${readinessGates.join(', ')} first`,
      ['metadata', 'name'],
    ]);
  if (kind === 'CronJob' || kind === 'Job')
    told.push([
      `the pods of ${title} are taken to run; they are there only while the job runs`,
      [],
    ]);
  return told.map(([message, path]) => ({
    code: 'NATC3048',
    severity: 'note',
    message,
    places: [place(workload, path)],
  }));
}

const countField = ({ pods }: Expanded['workload']): FieldPath =>
  pods.kind === 'nodes' || pods.field === '' ? ['metadata', 'name'] : pods.field.split('.');

const place = ({ object }: Expanded['workload'], path: FieldPath) =>
  ({ kind: 'field', object, path }) as const;
