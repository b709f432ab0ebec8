/** What the servers of a follower say when the machine does not let them. */
import { createServer } from 'node:net';
import { formatText } from '../../src/diagnostics/format-text.ts';
import { plainPalette } from '../../src/diagnostics/palette.ts';
import { makeReport } from '../../src/diagnostics/report.ts';
import { notifierFor } from '../../src/host/serve/notify.ts';
import { locate } from '../../src/read/locate.ts';
import { service } from './cluster.ts';
import { eventually, serveByHand } from './serving.ts';

export interface ServeFixture {
  /** Whose port another program has. */
  readonly taken?: 'healthz' | 'health-check';
  /** Whether there is no systemd-notify. */
  readonly isWithoutNotify?: boolean;
}

/** @returns the diagnostics as text, with one number for whatever port was taken */
export async function serveByFixture({ taken, isWithoutNotify }: ServeFixture): Promise<string> {
  const squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen(0, '0.0.0.0', resolve));
  const address = squatter.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const missing = {
    find: async () =>
      ({ kind: 'not-found', message: 'systemd-notify: command not found' }) as const,
    environment: async () => ({}),
  };
  const notifier = notifierFor({ NOTIFY_SOCKET: '/run/systemd/notify' }, missing);
  const serving = await serveByHand({
    ...(taken === 'healthz' && { healthz: { address: '0.0.0.0', port } }),
    ...(isWithoutNotify === true && notifier !== undefined && { notifier }),
  });
  try {
    const spec = {
      type: 'LoadBalancer',
      externalTrafficPolicy: 'Local',
      healthCheckNodePort: port,
    };
    serving.sync(taken === 'health-check' ? [service(spec)] : []);
    await eventually(() => {
      if (serving.reported.length === 0) throw new Error('nothing is said');
    });
    const report = makeReport(serving.reported, { locate, least: 'note', limit: 50 });
    return formatText(report, { palette: plainPalette, width: 80 }).replaceAll(`${port}`, '31234');
  } finally {
    await serving.close();
    squatter.close();
  }
}
