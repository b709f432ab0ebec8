import type { Host } from '../host/machine/host.ts';
import type { Terminal } from './terminal.ts';

/** The machine this process runs on. */
/** @param commandTimeout seconds that a program may take */
export async function thisHost({ environment }: Terminal, commandTimeout?: number): Promise<Host> {
  const { execHost } = await import('../host/machine/exec-host.ts');
  return execHost(
    { uid: process.getuid?.(), path: environment['PATH'] },
    commandTimeout === undefined ? {} : { seconds: commandTimeout },
  );
}
