import { dirname, isAbsolute, join, relative } from 'node:path';
import type { Command } from 'commander';
import {
  type CommandOptionName,
  type CommandOptions,
  commandTable,
} from '../../command-options.ts';
import { type Diagnostic, hasErrors } from '../../diagnostics/diagnostic.ts';
import { type NatcConfig, natcConfigKinds, natcConfigOf } from '../../model/natc-config.ts';

import type { ValueKind } from '../../option-entry.ts';
import { refusingCutOff } from '../../read/cut-off.ts';
import { readObjects } from '../../read/read.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { readInputs } from '../input/read-inputs.ts';
import type { MessageFlags } from '../messages/message-flags.ts';
import { printDiagnostics } from '../messages/messages.ts';
import type { Terminal } from '../terminal.ts';
import { findNatcConfig } from './find-natc-config.ts';
import { findsNatcConfig, type NatcConfigFlags } from './natc-config-options.ts';

type Flags = NatcConfigFlags & MessageFlags & Partial<CommandOptions> & OtherSubjects;

/** What `natc explain` may be asked about instead of manifests. */
interface OtherSubjects {
  readonly live?: boolean;
  readonly ruleset?: string;
  readonly kustomize?: readonly string[] | boolean;
}

/**
 * Reads natc's own configuration, the file of `--natc-config` or the natc.yaml that is found, and gives the
 * command what the command line leaves open.
 *
 * @returns the exit status where the command cannot go on; what is wrong has then been printed. apply goes on
 *   and ends later, so that it is kept how it ended
 */
export async function takeNatcConfig(
  command: Command,
  terminal: Terminal,
): Promise<ExitCode | undefined> {
  const flags = command.opts<Flags>();
  const config = await readNatcConfig(flags, findsNatcConfig(command), command.name() === 'apply');
  if (config === undefined) return undefined;
  if (hasErrors(config.diagnostics) && command.name() !== 'apply') {
    await printDiagnostics(config.diagnostics, flags, terminal);
    return exitCodes.cannotAnswer;
  }
  command.setOptionValue('natc', config);
  flags.ignoring?.add(config.ignore);
  for (const name of Object.keys(commandTable) as CommandOptionName[]) {
    const value = config.commandOptions[name];
    if (value === undefined || !isFor(command, name, config.commandOptions)) continue;
    // diff and explain know no backend `auto`: their default is what it means for them.
    if (!isChoice(command, name, value)) continue;
    command.setOptionValueWithSource(name, value, 'config');
  }
  return undefined;
}

/** Takes back what natc.yaml gave a command, so that it can be read again. */
export function dropNatcConfig(command: Command): void {
  for (const option of command.options) {
    const name = option.attributeName();
    if (command.getOptionValueSource(name) === 'config')
      command.setOptionValueWithSource(name, option.defaultValue, 'default');
  }
  command.setOptionValue('natc', undefined);
}

function isChoice(command: Command, name: string, value: unknown): boolean {
  const option = command.options.find((each) => each.attributeName() === name);
  return typeof value !== 'string' || (option?.argChoices?.includes(value) ?? true);
}

const clusterOptions: readonly CommandOptionName[] = ['fromCluster', 'kubeconfig', 'context'];

/** Whether the command has the option, and the command line leaves it open. */
function isFor(
  command: Command,
  name: CommandOptionName,
  { fromCluster }: Partial<CommandOptions>,
): boolean {
  if (!command.options.some((option) => option.attributeName() === name)) return false;
  if (command.getOptionValueSource(name) === 'cli') return false;
  const flags = command.opts<Flags>();
  const isGiven = (other: CommandOptionName) => command.getOptionValueSource(other) === 'cli';
  const hasSubject =
    isGiven('filename') ||
    flags.live === true ||
    flags.ruleset !== undefined ||
    flags.kustomize !== undefined;
  if (name === 'filename') return !isGiven('fromCluster') && !hasSubject;
  if (!clusterOptions.includes(name)) return true;
  if (command.name() === 'diff') return command.args.includes('cluster');
  return !hasSubject && (fromCluster === true || isGiven('fromCluster'));
}

async function readNatcConfig(
  { natcConfig }: NatcConfigFlags,
  isFound: boolean,
  refusesCutOff: boolean,
): Promise<NatcConfig | undefined> {
  if (typeof natcConfig === 'string') return configOf(natcConfig, refusesCutOff);
  if (natcConfig === false || !isFound) return undefined;
  const here = process.cwd();
  const found = await findNatcConfig(here, process.getuid?.());
  switch (found.kind) {
    case 'none':
      return undefined;
    case 'found':
      return configOf(relative(here, found.path), refusesCutOff);
    case 'untrusted':
      return withoutContents(notTaken(relative(here, found.path), found.because));
  }
}

const notTaken = (name: string, because: string): Diagnostic => ({
  code: 'NATC2097',
  severity: 'warning',
  message: `${name} is not read: ${because}`,
  places: [{ kind: 'file', name }],
  hint: `--natc-config ${name} takes it all the same, --no-natc-config leaves it without a word`,
});

async function configOf(path: string, refusesCutOff: boolean): Promise<NatcConfig> {
  const { inputs, diagnostics: unread } = await readInputs([path]);
  if (hasErrors(unread)) return withoutContents(...unread);
  const read = readObjects(inputs, natcConfigKinds);
  const all = [...read.diagnostics, ...read.cutOff];
  const diagnostics = refusesCutOff ? refusingCutOff(all) : all;
  if (hasErrors(diagnostics)) return withoutContents(...diagnostics);
  const config = natcConfigOf(read.objects, path);
  return {
    ...config,
    commandOptions: fromDirectory(config.commandOptions, dirname(path)),
    diagnostics: [...diagnostics, ...config.diagnostics],
  };
}

const withoutContents = (...diagnostics: readonly Diagnostic[]): NatcConfig => ({
  options: {},
  places: new Map(),
  commandOptions: {},
  commandPlaces: new Map(),
  ignore: [],
  acceptedRisks: [],
  diagnostics,
});

/** Paths are relative to the file that has them, wherever natc runs. */
function fromDirectory(
  options: Partial<CommandOptions>,
  directory: string,
): Partial<CommandOptions> {
  const inDirectory = (path: string): string =>
    path === '-' || isAbsolute(path) ? path : join(directory, path);
  const resolve = (kind: ValueKind, value: unknown): unknown => {
    if (Array.isArray(value)) return value.map((each) => resolve(kind, each));
    if (typeof value !== 'string') return value;
    switch (kind) {
      case 'path':
      case 'paths':
        return inDirectory(value);
      // A mere name is that of files anywhere.
      case 'patterns':
        return /\/./.test(value) ? inDirectory(value) : value;
      case 'side':
        return /^(live|cluster|kube-proxy)$|:/.test(value) ? value : inDirectory(value);
      default:
        return value;
    }
  };
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      resolve(commandTable[name as CommandOptionName].value, value),
    ]),
  );
}
