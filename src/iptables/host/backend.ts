import type { MakeBackend } from '../../backends/backend.ts';
import type { Plan } from '../../plan/plan.ts';
import { iptablesFiles } from './state-files.ts';

/** Through iptables-restore: chains of rules among those of others. */
export const iptables: MakeBackend = (others) => ({
  name: 'iptables',
  stateFiles: iptablesFiles,
  syncRefusals: {
    metric: 'kubeproxy_sync_proxy_rules_iptables_restore_failures_total',
    codes: new Set([
      ...['NATC5050', 'NATC5051', 'NATC5052', 'NATC5090'],
      ...['NATC5101', 'NATC5104', 'NATC5120'],
    ]),
  },

  fitness: async (host) => {
    const { findIptables, isTools } = await import('../../host/machine/iptables-tools.ts');
    const tools = await findIptables(host);
    return isTools(tools)
      ? { kind: 'fit', reason: tools.version }
      : { kind: 'unfit', obstacle: 'there is no iptables' };
  },
  keptTo: async () => undefined,
  leftovers: async () => (await import('./leftovers.ts')).iptablesLeftovers,

  takesRuleset: false,

  limits: async (plan) => (await import('../limits.ts')).iptablesLimits(plan),
  render: async ({ plan }) => {
    const { iptablesRulesets } = await import('../layout/build.ts');
    const { renderIptablesRestore } = await import('../render/iptables-restore.ts');
    return renderIptablesRestore(iptablesRulesets(plan));
  },
  answers: async () => {
    const { iptablesRulesets } = await import('../layout/build.ts');
    const { onIptables } = await import('../../diff/traffic.ts');
    return (plan) => {
      const rulesets = iptablesRulesets(plan);
      return (pair, side) => onIptables(pair, side, rulesets);
    };
  },
  compareTraffic: async () => {
    const { iptablesRulesets } = await import('../layout/build.ts');
    const { diffIptablesTraffic } = await import('../../diff/traffic.ts');
    return (before, after, nodeAddresses, surroundings) =>
      diffIptablesTraffic(
        { nftables: before.ruleset, iptables: iptablesRulesets(compiled(before.plan)) },
        { nftables: after.ruleset, iptables: iptablesRulesets(compiled(after.plan)) },
        nodeAddresses,
        surroundings,
      );
  },
  texts: async (before, after) => {
    const { iptablesRulesets } = await import('../layout/build.ts');
    const { renderIptablesRestore } = await import('../render/iptables-restore.ts');
    const [was, is] = [compiled(before.plan), compiled(after.plan)];
    return [
      renderIptablesRestore(iptablesRulesets(was)),
      renderIptablesRestore(iptablesRulesets(is)),
    ];
  },
  explain: async (subject, question) => {
    if (subject.compiled === undefined)
      return (await import('../../explain/explain.ts')).explain(subject, question);
    const { iptablesRulesets } = await import('../layout/build.ts');
    const { explainIptables } = await import('../../explain/explain-iptables.ts');
    return explainIptables(subject, iptablesRulesets(subject.compiled.plan), question);
  },
  isReadBack: false,

  check: async (host, { plan }) => {
    const { findIptables, isTools } = await import('../../host/machine/iptables-tools.ts');
    const tools = await findIptables(host);
    if (!isTools(tools)) return { diagnostics: [tools], acceptedBy: undefined };
    const { iptablesRulesets } = await import('../layout/build.ts');
    const { checkIptablesInKernel } = await import('./kernel-check.ts');
    const diagnostics = await checkIptablesInKernel(host, iptablesRulesets(plan));
    return { diagnostics, acceptedBy: diagnostics.length > 0 ? undefined : tools.version };
  },
  apply: async (host, { plan }, options) => {
    const { applyByIptables, desiredTablesFrom } = await import('./apply.ts');
    return applyByIptables(host, desiredTablesFrom(plan), { ...options, others: await others() });
  },
  applyWritten: undefined,
  dryRun: async (host, { plan }, options) => {
    const { desiredTablesFrom } = await import('./apply.ts');
    const { dryRunIptables } = await import('./dry-run.ts');
    return dryRunIptables(host, desiredTablesFrom(plan), options);
  },
  unchanged: async (host, stateDirectory, fingerprint, setsSysctls, chains) =>
    (await import('./unchanged-input.ts')).unchangedTables(
      host,
      stateDirectory,
      fingerprint,
      setsSysctls,
      await others(),
      chains,
    ),
  observe: async (host) => (await import('./observe.ts')).observeIptables(host),
  status: async (host, stateDirectory) =>
    (await import('./status.ts')).statusOfIptables(host, stateDirectory, await others()),
  rollBack: async (host, options) =>
    (await import('./rollback.ts')).rollBackIptables(host, options),
  undo: async (host, change, options) =>
    (await import('./rollback.ts')).undoIptables(host, change, options),
  hasRevision: async (directory, digest) =>
    (await import('./revision-store.ts')).hasTables(directory, digest),
  missingPrograms: async (host) => {
    const { findIptables, isTools } = await import('../../host/machine/iptables-tools.ts');
    const tools = await findIptables(host);
    return isTools(tools) ? undefined : tools;
  },
  cleanUp: async (host) => {
    const { cleanUpIptables } = await import('./cleanup.ts');
    const outcome = await cleanUpIptables(host);
    return outcome.kind === 'refused' ? outcome : { ...outcome, diagnostics: [] };
  },

  followsPlan: true,
  committer: async (live, host, stateDirectory, now) =>
    (await import('./committer.ts')).iptablesCommitter(live, host, stateDirectory, now),
});

/** @throws for a side that is not made of manifests: the commands refuse those */
function compiled(plan: Plan | undefined): Plan {
  if (plan === undefined) throw new Error('only what is compiled has iptables rules');
  return plan;
}
