import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseLabelSelector, type Requirement } from '../../model/label-selector.ts';
import { collectList } from '../option-values.ts';

/** Flags that choose which Services are shown. What is compiled does not depend on them. */
export interface SelectionFlags {
  readonly namespace?: readonly string[];
  readonly selector?: LabelSelector;
  readonly allNamespaces?: boolean;
}

/** As typed, and as read. */
export interface LabelSelector {
  readonly text: string;
  readonly requirements: readonly Requirement[];
}

/** `-n`, `-l` and `-A`. @param what is done with the chosen Services, e.g. `show` */
export function addSelectionOptions(command: Command, what: string): Command {
  return command
    .option(
      '-n, --namespace <name,...>',
      `${what} Services of these namespaces (default: all)`,
      collectList,
    )
    .option(
      '-l, --selector <labels>',
      `${what} Services with these labels: app=web, tier!=cache, 'env in (a,b)', !old`,
      collectRequirements,
    )
    .addOption(new Option('-A, --all-namespaces', 'take -n back').hideHelp());
}

/** `--service`, of the commands that may show several. */
export const addServiceNames = (command: Command): Command =>
  command.option(
    '--service <[namespace/]name,...>',
    'show these Services only (repeatable)',
    collectNames,
  );

function collectRequirements(text: string, previous: LabelSelector | undefined): LabelSelector {
  const read = parseLabelSelector(text);
  if ('problem' in read) throw new InvalidArgumentError(`In a label selector: ${read.problem}.`);
  return {
    text: previous === undefined ? text : `${previous.text},${text}`,
    requirements: [...(previous?.requirements ?? []), ...read],
  };
}

function collectNames(text: string, previous: readonly string[] | undefined): readonly string[] {
  const names = collectList(text, previous);
  const wrong = names.find((name) => !/^(?:[^/:]+\/)?[^/:]+$/.test(name));
  if (wrong === undefined) return names;
  throw new InvalidArgumentError(
    wrong.includes(':')
      ? 'It must be a Service, without a port.'
      : 'It must be NAME or NAMESPACE/NAME.',
  );
}
