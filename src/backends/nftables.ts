import type { Backend } from './backend.ts';

/** Through nft: a constant program over maps, in two tables of natc's own. */
export const nftables: Backend = {
  name: 'nftables',
  takesRuleset: true,

  limits: async () => [],
  render: async ({ ruleset }) => (await import('../nftables/render/nft.ts')).renderNft(ruleset),
  answers: async () => undefined,
  compareTraffic: async () => {
    const { diffTraffic } = await import('../diff/traffic.ts');
    return (before, after, nodeAddresses, surroundings) =>
      diffTraffic(before.ruleset, after.ruleset, nodeAddresses, surroundings);
  },
  texts: async (before, after) => {
    const { renderNft } = await import('../nftables/render/nft.ts');
    const { arrangeLike, withoutOwners } = await import('../diff/arrange.ts');
    const isLive = before.isLive || after.isLive;
    if (!isLive) return [renderNft(before.ruleset), renderNft(after.ruleset)];
    const is = withoutOwners(after.ruleset);
    // The kernel lists elements in no order.
    return [renderNft(arrangeLike(is, withoutOwners(before.ruleset))), renderNft(is)];
  },
  explain: async (subject, inquiry) =>
    (await import('../explain/explain.ts')).explain(subject, inquiry),
  isReadBack: true,

  check: async (host, { ruleset }) => {
    const { checkInKernel } = await import('../live/kernel-check.ts');
    const { nftVersion } = await import('../live/nft.ts');
    const diagnostics = await checkInKernel(host, ruleset);
    return { diagnostics, acceptedBy: diagnostics.length > 0 ? undefined : await nftVersion(host) };
  },
  apply: async (host, output, options) => {
    const { applyRuleset, wantedFrom } = await import('../live/apply.ts');
    const { letGoOfRules } = await import('../compile.ts');
    const wanted = wantedFrom(output);
    letGoOfRules(output);
    return applyRuleset(host, wanted, options);
  },
  applyWritten: async (host, wanted, options) =>
    (await import('../live/apply.ts')).applyRuleset(host, wanted, options),
  dryRun: async (host, output, options) => {
    const { wantedFrom } = await import('../live/apply.ts');
    const { dryRun } = await import('../live/dry-run.ts');
    return dryRun(host, wantedFrom(output), options);
  },
  unchanged: async (...asked) =>
    (await import('../live/unchanged-input.ts')).unchangedInput(...asked),
  observe: async (host) => (await import('./observe-nftables.ts')).observeNftables(host),
  status: async (host, stateDirectory) =>
    (await import('../live/status.ts')).statusOf(host, stateDirectory),
  rollBack: async (host, options) => (await import('../live/rollback.ts')).rollBack(host, options),
  undo: async (host, change, options) =>
    (await import('../live/rollback.ts')).undo(host, change, options),
  hasRevision: async (directory, digest) =>
    (await import('../live/revision-store.ts')).hasRevision(directory, digest),
  // A clean-up that finds no nft says so itself.
  missingPrograms: async () => undefined,
  cleanUp: async (host) => {
    const { cleanUp } = await import('../live/cleanup.ts');
    const outcome = await cleanUp(host);
    return outcome.kind === 'refused'
      ? outcome
      : { ...outcome, removed: outcome.tables.map((table) => `table ${table}`) };
  },

  followsPlan: false,
  committer: async (live, host, stateDirectory, now) =>
    (await import('./nftables-committer.ts')).nftablesCommitter(live, host, stateDirectory, now),
};
