import type { Command } from 'commander';
import type { NatcConfig } from '../../model/natc-config.ts';

export interface NatcConfigFlags {
  /** A file; false: none, not even the one that is found. */
  readonly natcConfig?: string | false;
  /** Not a flag: what that file says. */
  readonly natc?: NatcConfig;
}

/** For commands that find natc.yaml by themselves. */
export const addNatcConfig = (command: Command): Command =>
  command
    .option(
      '--natc-config <file>',
      "NatcConfiguration (default: natc.yaml here or above, up to the repository's root); flags win over it, and it over --config",
    )
    .option('--no-natc-config', 'look for no natc.yaml');

/** For commands that change the kernel or ask it: they take what is named, and nothing that lies about. */
export const addNamedNatcConfig = (command: Command): Command =>
  command.option(
    '--natc-config <file>',
    'NatcConfiguration; flags win over it. This command looks for none by itself',
  );

export const findsNatcConfig = (command: Command): boolean =>
  command.options.some(({ long }) => long === '--no-natc-config');

/** Whether there is anything to look for. */
export function takesNatcConfig(command: Command): boolean {
  const { natcConfig } = command.opts<NatcConfigFlags>();
  return (
    hasNatcConfig(command) &&
    natcConfig !== false &&
    (natcConfig ?? findsNatcConfig(command)) !== false
  );
}

export const hasNatcConfig = (command: Command): boolean =>
  command.options.some(({ long }) => long === '--natc-config');
