/** The library's only public door. */
export { type Compilation, type CompileOutput, compile } from './compile.ts';
export type { Diagnostic, Place, Severity } from './diagnostics/diagnostic.ts';
export type { SourceObject } from './diagnostics/source.ts';
export { type CompileOptions, defaultOptions } from './options.ts';
export type { Plan } from './plan/plan.ts';
export { readObjects } from './read/read.ts';
export { renderIptablesRestore } from './render/iptables-restore.ts';
export { renderNft } from './render/nft.ts';
export type { Ruleset } from './ruleset/ast.ts';
export type { IptablesRuleset } from './ruleset/iptables/ast.ts';
export { buildIptables } from './ruleset/iptables/build.ts';
