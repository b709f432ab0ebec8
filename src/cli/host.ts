import type { Host } from '../live/host.ts';
import type { Terminal } from './terminal.ts';

/** The machine this process runs on. */
export async function thisHost({ environment }: Terminal): Promise<Host> {
  const { execHost } = await import('../live/exec-host.ts');
  return execHost({ uid: process.getuid?.(), path: environment['PATH'] });
}
