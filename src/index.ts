/** The library's only public door. */
export { type Compilation, type CompileOutput, compile } from './compile.ts';
export type { Diagnostic, Place, Severity } from './diagnostics/diagnostic.ts';
export type { SourceObject } from './diagnostics/source.ts';
export type { IptablesRuleset } from './iptables/ast.ts';
export { buildIptables } from './iptables/layout/build.ts';
export { renderIptablesRestore } from './iptables/render/iptables-restore.ts';
export type { Ruleset } from './nftables/ast.ts';
export { renderNft } from './nftables/render/nft.ts';
export { type CompileOptions, defaultOptions } from './options.ts';
export type { Plan } from './plan/plan.ts';
export { readObjects } from './read/read.ts';
