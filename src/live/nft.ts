import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Ruleset } from '../nftables/ast.ts';
import { renderNft } from '../nftables/render/nft.ts';
import type { Host } from './host.ts';
import { nftDiagnostics } from './nft-error.ts';

/** Loads a whole ruleset in one transaction: afterwards all of it holds, or nothing has changed. */
export async function loadRuleset(host: Host, ruleset: Ruleset): Promise<readonly Diagnostic[]> {
  const result = await host.run('nft', ['-f', '-'], renderNft(ruleset));
  return nftDiagnostics(result, ruleset);
}

/** `nftables v1.0.6 (Lester Gooch #5)`; undefined where nft cannot be run. */
export async function nftVersion(host: Host): Promise<string | undefined> {
  const result = await host.run('nft', ['--version']);
  return result.kind === 'exited' && result.exitCode === 0 ? result.stdout.trim() : undefined;
}
