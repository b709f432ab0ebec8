import type { CommandEntry } from './command.ts';

/** Every command, in the order of `natc --help`. A command's module is loaded when it is asked for. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'compile',
    summary: 'Compile manifests into a ruleset',
    load: async () => (await import('./compile/command.ts')).compileCommand,
  },
  {
    name: 'check',
    summary: 'Report everything wrong with the manifests, and have the kernel check the ruleset',
    load: async () => (await import('./check/command.ts')).checkCommand,
  },
  {
    name: 'apply',
    summary: 'Make the kernel hold the ruleset, in one transaction',
    load: async () => (await import('./apply/command.ts')).applyCommand,
  },
  {
    name: 'status',
    summary: 'Show what natc has in the kernel, and what others changed in it',
    load: async () => (await import('./status/command.ts')).statusCommand,
  },
  {
    name: 'rollback',
    summary: 'Go back to the revision before',
    load: async () => (await import('./rollback/command.ts')).rollbackCommand,
  },
  {
    name: 'confirm',
    summary: 'Keep the change that apply --confirm-timeout made',
    load: async () => (await import('./confirm/command.ts')).confirmCommand,
  },
  {
    name: 'diff',
    summary: 'Say what changes between two rulesets, for packets',
    load: async () => (await import('./diff/command.ts')).diffCommand,
  },
  {
    name: 'reach',
    summary: 'List what answers clients outside, pods or a network, and who is let in',
    load: async () => (await import('./reach/command.ts')).reachCommand,
  },
  {
    name: 'assert',
    summary: 'Judge statements about who may reach what, for every packet',
    load: async () => (await import('./assert/command.ts')).assertCommand,
  },
  {
    name: 'cleanup',
    summary: 'Remove what apply made',
    load: async () => (await import('./cleanup/command.ts')).cleanupCommand,
  },
  {
    name: 'list',
    summary: 'List the Services and where their traffic goes',
    load: async () => (await import('./list/command.ts')).listCommand,
  },
  {
    name: 'config',
    summary: 'Show the effective settings and where each comes from',
    load: async () => (await import('./config/command.ts')).configCommand,
  },
  {
    name: 'explain',
    summary: 'Say what happens to a packet, and why',
    load: async () => (await import('./explain/command.ts')).explainCommand,
  },
  {
    name: 'explain-code',
    summary: 'Explain a diagnostic code',
    load: async () => (await import('./explain-code/command.ts')).explainCodeCommand,
  },
  {
    name: 'version',
    summary: 'Print the versions of natc, nft, iptables, Node.js and the kernel',
    load: async () => (await import('./version/command.ts')).versionCommand,
  },
  {
    name: 'completion',
    summary: 'Print a completion script for a shell',
    load: async () => (await import('./completion/command.ts')).completionCommand,
  },
];
