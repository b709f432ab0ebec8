import type { MakeBackend } from '../../backends/backend.ts';
import { nftablesFiles } from './state-files.ts';

/** Through nft: a constant program over maps, in two tables of natc's own. */
export const nftables: MakeBackend = (others) => ({
  name: 'nftables',
  stateFiles: nftablesFiles,
  syncRefusals: {
    metric: 'kubeproxy_sync_proxy_rules_nftables_sync_failures_total',
    codes: new Set([
      ...['NATC5001', 'NATC5002', 'NATC5003', 'NATC5004'],
      ...['NATC5101', 'NATC5102', 'NATC5104', 'NATC5105'],
    ]),
  },

  fitness: async (host, plan) => (await import('./fitness.ts')).nftablesFitness(host, plan),
  keptTo: async (host, stateDirectory) =>
    (await import('./fitness.ts')).keptToNftables(host, stateDirectory),
  leftovers: async () => (await import('./leftovers.ts')).nftablesLeftovers,

  takesRuleset: true,

  limits: async () => [],
  render: async ({ ruleset }) => (await import('../render/nft.ts')).renderNft(ruleset),
  answers: async () => undefined,
  compareTraffic: async () => {
    const { diffTraffic } = await import('../../diff/traffic.ts');
    return (before, after, nodeAddresses, surroundings) =>
      diffTraffic(before.ruleset, after.ruleset, nodeAddresses, surroundings);
  },
  texts: async (before, after) => {
    const { renderNft } = await import('../render/nft.ts');
    const { reorderLike, withoutOwners } = await import('../../diff/reorder.ts');
    const isLive = before.isLive || after.isLive;
    if (!isLive) return [renderNft(before.ruleset), renderNft(after.ruleset)];
    const is = withoutOwners(after.ruleset);
    // The kernel lists elements in no order.
    return [renderNft(reorderLike(is, withoutOwners(before.ruleset))), renderNft(is)];
  },
  explain: async (subject, question) =>
    (await import('../../explain/explain.ts')).explain(subject, question),
  isReadBack: true,

  check: async (host, { ruleset }) => {
    const { checkInKernel } = await import('./kernel-check.ts');
    const { nftVersion } = await import('../../host/machine/nft.ts');
    const diagnostics = await checkInKernel(host, ruleset);
    return { diagnostics, acceptedBy: diagnostics.length > 0 ? undefined : await nftVersion(host) };
  },
  apply: async (host, output, options) => {
    const { applyRuleset, desiredFrom } = await import('./apply.ts');
    const { letGoOfRules } = await import('../../compile.ts');
    const desired = desiredFrom(output);
    letGoOfRules(output);
    return applyRuleset(host, desired, { ...options, others: await others() });
  },
  applyWritten: async (host, desired, options) =>
    (await import('./apply.ts')).applyRuleset(host, desired, {
      ...options,
      others: await others(),
    }),
  dryRun: async (host, output, options) => {
    const { desiredFrom } = await import('./apply.ts');
    const { dryRun } = await import('./dry-run.ts');
    return dryRun(host, desiredFrom(output), options);
  },
  unchanged: async (host, stateDirectory, fingerprint, setsSysctls, chains) =>
    (await import('./unchanged-input.ts')).unchangedInput(
      host,
      stateDirectory,
      fingerprint,
      setsSysctls,
      await others(),
      chains,
    ),
  observe: async (host) => (await import('./observe.ts')).observeNftables(host),
  status: async (host, stateDirectory) =>
    (await import('./status.ts')).statusOf(host, stateDirectory, await others()),
  rollBack: async (host, options) => (await import('./rollback.ts')).rollBack(host, options),
  undo: async (host, change, options) =>
    (await import('./rollback.ts')).undo(host, change, options),
  hasRevision: async (directory, digest) =>
    (await import('./revision-store.ts')).hasRevision(directory, digest),
  // A clean-up that finds no nft says so itself.
  missingPrograms: async () => undefined,
  cleanUp: async (host) => {
    const { cleanUp } = await import('./cleanup.ts');
    const outcome = await cleanUp(host);
    return outcome.kind === 'refused'
      ? outcome
      : { ...outcome, removed: outcome.tables.map((table) => `table ${table}`) };
  },

  followsPlan: false,
  committer: async (live, host, stateDirectory, now) =>
    (await import('./committer.ts')).nftablesCommitter(live, host, stateDirectory, now),
});
