/** What `natc list --from-cluster` says of an API server, or a kubeconfig, with something wrong. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Failing, kubeconfigFor, startStandIn } from './stand-in-api.ts';
import { natcInProcess } from './terminal.ts';
import { makeAuthority } from './test-certificates.ts';

export interface ApiFixture {
  readonly fail?: readonly Failing[];
  readonly objects?: readonly object[];
  readonly isUntrusted?: boolean;
  /** Instead of the stand-in's own address. */
  readonly server?: string;
  readonly user?: object;
  /** Default: `list --from-cluster`. */
  readonly command?: readonly string[];
  /** Further arguments. */
  readonly args?: readonly string[];
}

/** @returns stderr, with one name for whatever port the stand-in has */
export async function listByFixture(fixture: ApiFixture): Promise<string> {
  const { fail = [], isUntrusted, user = { token: 'sesame' }, args = [] } = fixture;
  const { command = ['list', '--from-cluster'] } = fixture;
  const tls = isUntrusted === true ? { tls: makeAuthority().issue('127.0.0.1') } : {};
  const api = await startStandIn(tls);
  const folder = mkdtempSync(join(tmpdir(), 'natc-api-'));
  try {
    api.serve(fixture.objects ?? []);
    api.fail(...fail);
    const kubeconfig = join(folder, 'kubeconfig');
    writeFileSync(kubeconfig, kubeconfigFor(fixture.server ?? api.url, { user }));
    const { stderr } = await natcInProcess([...command, ...['--kubeconfig', kubeconfig], ...args]);
    return stderr.replaceAll(api.url, 'https://api.cluster.example').replaceAll(`${folder}/`, '');
  } finally {
    await api.close();
    rmSync(folder, { recursive: true });
  }
}
