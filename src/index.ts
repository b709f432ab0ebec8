/**
 * natc as a library: manifests to rules, what changes between two rulesets, and what happens to a packet. All of
 * it is pure; nothing here reads files, asks a cluster or touches a kernel. docs/library.md says what of it stays
 * the same between versions.
 */
export type { Compilation, CompileOutput } from './compile.ts';
export type { Diagnostic, Severity } from './diagnostics/diagnostic.ts';
export type { Place } from './diagnostics/place.ts';
export type { Location, SourceObject } from './diagnostics/source.ts';
export type { Change, TrafficDiff } from './diff/change.ts';
export type { ExplainVerdict, Explanation, Reason } from './explain/explanation.ts';
export type { IptablesRuleset } from './iptables/ast.ts';
export { check, compileWithDefaults as compile, renderIptables } from './library/compile.ts';
export {
  type DiagnosticsForm,
  type DiagnosticsFormatOptions,
  formatDiagnostics,
} from './library/diagnostics.ts';
export { diff, formatDiff, isSameTraffic } from './library/diff.ts';
export {
  explainCompiled as explain,
  explanationText as formatExplanation,
  type PacketQuestion,
} from './library/explain.ts';
export { parse } from './library/parse.ts';
export type { Compiled } from './library/subject.ts';
export type { Ruleset } from './nftables/ast.ts';
export type { ParsedRuleset } from './nftables/parse/parse-nft.ts';
export { renderRulesetJson } from './nftables/render/json.ts';
export { renderNft } from './nftables/render/nft.ts';
export { type CompileOptions, defaultOptions } from './options.ts';
export type { Plan } from './plan/plan.ts';
export { renderPlanJson } from './plan/render-json.ts';
export type { Input } from './read/inputs.ts';
export { locate } from './read/locate.ts';
export { type ReadResult, readObjects } from './read/read.ts';
