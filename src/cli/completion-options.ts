import { type Command, Option } from 'commander';
import type { CompileFlags } from './shared-options.ts';

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
  command.addOption(
    new Option(
      '--base <path>',
      "lay the manifests on what a cluster holds, as kubectl apply would: what kubectl get wrote, or 'cluster'",
    ).conflicts('fromCluster'),
  );
  command.hook('preAction', () => {
    const { base, allocate } = command.opts<CompileFlags>();
    if (typeof base === 'string' && allocate === false)
      command.error('error: --base needs what --no-allocate turns off');
  });
}
