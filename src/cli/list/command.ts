import { nothingInvented } from '../../allocate/invented.ts';
import type { CompileOutput } from '../../compile.ts';
import type { CommandDefinition } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { answeringDemands, type CompiledInput, judgingDemands } from '../input/compile-input.ts';
import { addCompletionOptions } from '../input/completion-options.ts';
import { withCompiled } from '../input/with-compiled.ts';
import { addSelectionOptions, addServiceNames, type SelectionFlags } from '../selection/options.ts';
import { addCompileOptions, type CompileFlags } from '../shared-options.ts';
import type { StageClock } from '../stage-clock.ts';
import { choiceOption } from '../table-options.ts';
import { listFormats } from './formats.ts';

interface Flags extends CompileFlags, SelectionFlags {
  readonly output: keyof typeof listFormats;
  readonly service?: readonly string[];
}

export const listCommand: CommandDefinition = {
  description:
    'List the Services with their addresses, ready endpoints and what is special about them: ' +
    'session affinity, refused or dropped connections, and what a health check would answer.',
  configure: (command) => {
    command.optionsGroup('Services:');
    addServiceNames(addSelectionOptions(command, 'show'));
    command
      .optionsGroup('Output:')
      .addOption(
        choiceOption(
          '-o, --output <format>',
          '{table}; wide: with endpoints, nothing cut; name: NAMESPACE/NAME; json; yaml',
          Object.keys(listFormats),
          'table',
        ),
      );
    addCompletionOptions(command, true);
    addCompileOptions(command);
  },
  examples: [
    { does: 'What is in a directory of manifests?', command: 'natc list manifests/' },
    {
      does: 'What would this node serve?',
      command: 'natc list --from-cluster --node-name "$(hostname)" --validate warn',
    },
    { does: 'What does the kube-proxy of this node serve?', command: 'natc list kube-proxy' },
    {
      does: 'Some Services with their endpoints',
      command: "natc list manifests/ -n shop -l 'app in (web,cart)' -o wide",
    },
  ],
  exitCodes: [exitCodes.no, exitCodes.hostRefused],
  run: async (command, terminal) => {
    const flags = command.opts<Flags>();
    const { isSelected, selectionFindings, selectionOf, servicesOfCluster } = await import(
      '../selection/selection.ts'
    );
    const selection = selectionOf(flags, flags.service);
    const { runListListing } = await import('../kube-proxy/run-list-listing.ts');
    const listed = await runListListing(selection, flags, terminal);
    if (listed !== undefined) return listed;
    const show = async (
      { plan, cluster }: CompileOutput,
      _: StageClock,
      { uncompiled, completed }: CompiledInput,
    ) => {
      const { summarise } = await import('../../plan/summary.ts');
      const rows = summarise(plan);
      const known = servicesOfCluster(cluster);
      const shown = rows.filter(
        ({ namespace, service }) =>
          selection === undefined || isSelected(selection, `${namespace}/${service}`, known),
      );
      const { invented = nothingInvented } = completed ?? {};
      const format = listFormats[flags.output];
      await terminal.stdout.write(
        await format(shown, plan, terminal.stdout, { uncompiled, invented }),
      );
      return uncompiled.length === 0 ? exitCodes.success : exitCodes.no;
    };
    return withCompiled(
      flags,
      terminal,
      show,
      selection &&
        (async ({ cluster }) => selectionFindings(selection, servicesOfCluster(cluster))),
      { ...judgingDemands, ...answeringDemands, laysOut: false },
    );
  },
};
