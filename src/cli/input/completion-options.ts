import { type Command, Option } from 'commander';
import { collect } from '../option-values.ts';
import type { CompileFlags } from '../shared-options.ts';

/**
 * `--allocate` and what belongs to it.
 *
 * @param isUsual whether the command completes manifests if no flag says so
 */
export function addCompletionOptions(command: Command, isUsual: boolean): void {
  command
    .optionsGroup('Manifests as people keep them:')
    .addOption(
      command.name() === 'diff'
        ? new Option('-k, --kustomize', 'build sides that are directories with a kustomization')
        : new Option(
            '-k, --kustomize <directory>',
            'build it with kustomize or kubectl (repeatable)',
          )
            .argParser(collect)
            .conflicts('fromCluster'),
    );
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
  command
    .addOption(
      new Option(
        '--lock',
        'write the values that are made up to natc.lock.yaml, from which they are taken from then on',
      ).conflicts('frozenLock'),
    )
    .option(
      '--frozen-lock',
      'for CI: a value that natc.lock.yaml has not, or has in vain, is an error',
    )
    .option(
      '--lock-file <file>',
      "instead of natc.lock.yaml here or above, up to the repository's root",
    );
  command.hook('preAction', () => {
    const { base, allocate, lock, frozenLock } = command.opts<CompileFlags>();
    if (base === 'live' || (typeof base === 'string' && base.endsWith('.nft')))
      command.error("error: --base takes what kubectl get wrote, or 'cluster': no ruleset");
    const completes = allocate ?? (isUsual || typeof base === 'string');
    if (completes) return;
    if (typeof base === 'string') command.error('error: --base needs what --no-allocate turns off');
    if (lock === true || frozenLock === true)
      command.error(
        `error: --${lock === true ? 'lock' : 'frozen-lock'} is for values that are made up${isUsual ? ', which --no-allocate turns off' : ': give --allocate'}`,
      );
  });
}
