import type { Host } from '../host/machine/host.ts';
import { type BackendName, defaultBackend } from '../options.ts';
import type { Plan } from '../plan/plan.ts';
import { allBackends } from './table.ts';

export interface ChosenBackend {
  readonly backend: BackendName;
  /** What spoke for it, e.g. `nft 1.0.6, kernel 6.1.0`. */
  readonly reason: string;
}

/**
 * Takes the first backend in the table that this machine is able to. Where natc works through one already, it may
 * stay with it all the same: see {@link Backend.keptTo}.
 *
 * @param stateDirectory undefined: only what this machine is able to counts
 */
export async function chooseBackend(
  host: Host,
  plan: Plan,
  stateDirectory?: string,
): Promise<ChosenBackend> {
  const obstacles: string[] = [];
  for (const { name, fitness, keptTo } of await allBackends()) {
    const answer = await fitness(host, plan);
    const [obstacle] = obstacles;
    if (answer.kind === 'fit') {
      const because = obstacle === undefined ? '' : `, because ${obstacle}`;
      return { backend: name, reason: `${answer.reason}${because}` };
    }
    const use = stateDirectory === undefined ? undefined : await keptTo(host, stateDirectory);
    if (use !== undefined) return { backend: name, reason: `${use}, although ${answer.obstacle}` };
    obstacles.push(answer.obstacle);
  }
  const [first, ...others] = obstacles;
  return { backend: defaultBackend, reason: `${others.join(', ')}, although ${first}` };
}
