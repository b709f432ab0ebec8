import { type Command, Option } from 'commander';

/**
 * `--allocate` and what belongs to it.
 *
 * @param isUsual whether the command completes manifests if no flag says so
 */
export function addCompletionOptions(command: Command, isUsual: boolean): void {
  command.optionsGroup('Manifests as people keep them:');
  command.addOption(
    isUsual
      ? new Option(
          '--no-allocate',
          'take Services without cluster IP, node ports or endpoints as they are; else natc makes up what a control plane would',
        )
      : new Option(
          '--allocate',
          'make up what a control plane would give Services: cluster IPs, node ports, endpoints of the pods in the input',
        ),
  );
}
