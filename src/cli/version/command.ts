import { release, type } from 'node:os';
import type { CommandDefinition } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { thisHost } from '../host.ts';
import { choiceOption } from '../table-options.ts';
import type { Terminal } from '../terminal.ts';
import { version } from '../version.ts';

/** What natc runs with; undefined for a program that cannot be run here. */
interface Versions {
  readonly natc: string;
  readonly node: string;
  readonly nft: string | undefined;
  readonly iptables: string | undefined;
  readonly kernel: string;
}

export const versionCommand: CommandDefinition = {
  description:
    'Print the versions of natc and of what it works with on this machine: Node.js, nft, iptables and the ' +
    'kernel, as they say themselves. natc --version prints its own alone.',
  configure: (command) => {
    command
      .optionsGroup('Output:')
      .addOption(choiceOption('-o, --output <format>', '{text} or json', ['text', 'json'], 'text'));
  },
  examples: [
    { does: 'For a report of a bug', command: 'natc version' },
    { does: 'Which nft is there?', command: 'natc version -o json | jq -r .nft' },
  ],
  exitCodes: [],
  run: async (command, terminal) => {
    const { output } = command.opts<{ readonly output: 'text' | 'json' }>();
    const versions = await findVersions(terminal);
    await terminal.stdout.write(output === 'json' ? asJson(versions) : asText(versions));
    return exitCodes.success;
  },
};

async function findVersions(terminal: Terminal): Promise<Versions> {
  const { nftVersion } = await import('../../host/machine/nft.ts');
  const { findIptables, isTools } = await import('../../host/machine/iptables-tools.ts');
  const host = await thisHost(terminal);
  const tools = await findIptables(host);
  return {
    natc: version(),
    node: process.versions.node,
    nft: await nftVersion(host),
    iptables: isTools(tools) ? tools.version : undefined,
    kernel: `${type()} ${release()}`,
  };
}

const asText = ({ natc, node, nft, iptables, kernel }: Versions): string =>
  [
    `natc ${natc}`,
    `Node.js ${node}`,
    nft ?? 'nft: cannot be run here',
    iptables ?? 'iptables: cannot be run here',
    kernel,
  ]
    .map((line) => `${line}\n`)
    .join('');

/** `schema` changes when a field changes its meaning or goes away; null: cannot be run here. */
const asJson = ({ nft, iptables, ...others }: Versions): string =>
  `${JSON.stringify({ schema: 'natc.version/v1', ...others, nft: nft ?? null, iptables: iptables ?? null }, undefined, 2)}\n`;
