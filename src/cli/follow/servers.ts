import { allBackends } from '../../backends/table.ts';
import type { Host } from '../../host/machine/host.ts';
import type { Serving } from '../../host/serve/serving.ts';
import { defaultBackend } from '../../options.ts';
import type { BindAddress } from '../../serve/bind-address.ts';
import type { ApplyFlags } from '../apply/options.ts';
import type { Terminal } from '../terminal.ts';
import { version } from '../version.ts';
import type { FollowLog } from './log.ts';

/** Starts what a follower serves: health checks, metrics, and word to whoever started it (docs/follow.md). */
export async function startServers(
  flags: ApplyFlags,
  { environment }: Terminal,
  host: Host,
  log: FollowLog,
): Promise<Serving> {
  const { startServing } = await import('../../host/serve/serving.ts');
  const { workerAnswerer } = await import('../../host/serve/worker-answerer.ts');
  const { notifierFor } = await import('../../host/serve/notify.ts');
  const refusals = new Map(
    (await allBackends()).map(({ name, syncRefusals }) => [name, syncRefusals]),
  );
  return startServing({
    healthz: addressOf(flags.healthzBindAddress),
    metrics: addressOf(flags.metricsBindAddress),
    minSyncPeriod: flags.minSyncPeriod,
    host,
    startAnswerer: workerAnswerer,
    notifier: notifierFor(environment),
    backend: flags.backend === 'auto' ? defaultBackend : flags.backend,
    refusalsOf: (backend) => refusals.get(backend),
    version: version(),
    report: log.diagnostics,
  });
}

const addressOf = (given: BindAddress | 'none'): BindAddress | undefined =>
  given === 'none' ? undefined : given;
