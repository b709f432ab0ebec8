/** What a watch of an API server that fails is told as. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { formatText } from '../../src/diagnostics/format-text.ts';
import { plainPalette } from '../../src/diagnostics/palette.ts';
import { makeReport } from '../../src/diagnostics/report.ts';
import { openConnections } from '../../src/host/cluster/connections.ts';
import { listKinds } from '../../src/host/cluster/list-text.ts';
import { reflect } from '../../src/host/cluster/reflector.ts';
import { kubeconfigFor, startStandIn } from './stand-in-api.ts';
import type { WatchMisbehaviour } from './stand-in-watch.ts';

/** @returns the first thing that was said, as text */
export async function watchByFixture(how: WatchMisbehaviour): Promise<string> {
  const api = await startStandIn();
  const folder = mkdtempSync(join(tmpdir(), 'natc-watch-'));
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigFor(api.url));
  const settings = { kubeconfig, context: undefined, requestTimeout: 5, environment: {} };
  const connections = openConnections(settings);
  const aborting = new AbortController();
  const list = listKinds.find(({ kind }) => kind === 'EndpointSlice');
  if (list === undefined) throw new Error('a list of EndpointSlices');
  api.watches.fail('endpointslices', how);
  try {
    const said: Diagnostic[] = [];
    const take = (_: unknown, diagnostic: Diagnostic): void => {
      said.push(diagnostic);
      aborting.abort();
    };
    const nothing = (): void => {};
    await reflect(
      list,
      connections,
      {
        ...{ listed: nothing, changed: nothing, heard: nothing, watched: nothing },
        failed: take,
        refused: take,
      },
      {
        ...{ requestTimeout: 5000, mostBytes: 1e6, selector: undefined, random: () => 0 },
        now: Date.now,
        wait: async () => {},
      },
      aborting.signal,
    );
    return formatText(makeReport(said, { locate: () => undefined, least: 'note', limit: 50 }), {
      palette: plainPalette,
      width: 80,
    });
  } finally {
    connections.close();
    await api.close();
    rmSync(folder, { recursive: true });
  }
}
