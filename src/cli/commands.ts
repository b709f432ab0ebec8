import type { CommandEntry } from './command.ts';

/** Every command, in the order of `natc --help`. A command's module is loaded when it is asked for. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'compile',
    summary: 'Compile manifests into a ruleset',
    load: async () => (await import('./commands/compile.ts')).compileCommand,
  },
  {
    name: 'check',
    summary: 'Report everything wrong with the manifests, and have the kernel check the ruleset',
    load: async () => (await import('./commands/check.ts')).checkCommand,
  },
  {
    name: 'apply',
    summary: 'Make the kernel hold the ruleset, in one transaction',
    load: async () => (await import('./commands/apply.ts')).applyCommand,
  },
  {
    name: 'status',
    summary: 'Show what natc has in the kernel, and what others changed in it',
    load: async () => (await import('./commands/status.ts')).statusCommand,
  },
  {
    name: 'rollback',
    summary: 'Go back to the revision before',
    load: async () => (await import('./commands/rollback.ts')).rollbackCommand,
  },
  {
    name: 'confirm',
    summary: 'Keep the change that apply --confirm-timeout made',
    load: async () => (await import('./commands/confirm.ts')).confirmCommand,
  },
  {
    name: 'diff',
    summary: 'Say what changes between two rulesets, for packets',
    load: async () => (await import('./commands/diff.ts')).diffCommand,
  },
  {
    name: 'reach',
    summary: 'List what answers clients outside, pods or a network, and who is let in',
    load: async () => (await import('./commands/reach.ts')).reachCommand,
  },
  {
    name: 'assert',
    summary: 'Judge statements about who may reach what, for every packet',
    load: async () => (await import('./commands/assert.ts')).assertCommand,
  },
  {
    name: 'cleanup',
    summary: 'Remove what apply made',
    load: async () => (await import('./commands/cleanup.ts')).cleanupCommand,
  },
  {
    name: 'list',
    summary: 'List the Services and where their traffic goes',
    load: async () => (await import('./commands/list.ts')).listCommand,
  },
  {
    name: 'config',
    summary: 'Show the effective settings and where each comes from',
    load: async () => (await import('./commands/config.ts')).configCommand,
  },
  {
    name: 'explain',
    summary: 'Say what happens to a packet, and why',
    load: async () => (await import('./commands/explain.ts')).explainCommand,
  },
  {
    name: 'explain-code',
    summary: 'Explain a diagnostic code',
    load: async () => (await import('./commands/explain-code.ts')).explainCodeCommand,
  },
  {
    name: 'version',
    summary: 'Print the versions of natc, nft, iptables, Node.js and the kernel',
    load: async () => (await import('./commands/version.ts')).versionCommand,
  },
  {
    name: 'completion',
    summary: 'Print a completion script for a shell',
    load: async () => (await import('./commands/completion.ts')).completionCommand,
  },
];
