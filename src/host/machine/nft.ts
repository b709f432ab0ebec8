import type { Host } from './host.ts';

/** `nftables v1.0.6 (Lester Gooch #5)`; undefined where nft cannot be run. */
export async function nftVersion(host: Host): Promise<string | undefined> {
  const result = await host.run('nft', ['--version']);
  return result.kind === 'exited' && result.exitCode === 0 ? result.stdout.trim() : undefined;
}
