import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { isGlob } from '../../read/glob.ts';
import { resourceWords } from './other-words.ts';
import { shellWords } from './shell-words.ts';

/** The name of the argument under which commands take what `-f` names too. */
const name = 'path';

/** Lets files, directories and patterns stand where `-f` would name them. */
export const addPathArguments = (command: Command): Command =>
  command.argument(
    `[${name}...]`,
    "files, directories, patterns ('k8s/**/*.yaml') or - for stdin: the same as -f",
  );

/** Options that say what is read instead of manifests. */
const otherSubjects = ['fromCluster', 'ruleset', 'live'] as const;

/**
 * Puts the paths among the arguments to those of `-f`, and refuses what no path can be: a usage error.
 *
 * @param args the command line, for the one that would do
 */
export function takePathArguments(command: Command, args: readonly string[]): void {
  const given = [...pathInsteadOfDestination(command), ...pathsOf(command)];
  const resource = given.find((path) => resourceWords.has(path) && !existsSync(path));
  if (resource !== undefined)
    command.error(`error: '${resource}' is no file, and natc takes no kinds of objects`);
  const named = command.getOptionValue('filename') as readonly string[] | undefined;
  const sides = command.name() === 'diff' ? command.args : [];
  const paths = [...(named ?? []), ...given, ...sides];
  const problem = urlProblem(paths, args);
  if (problem !== undefined) command.error(`error: ${problem}`);
  const [first] = given;
  if (first === undefined) return;
  const other = otherSubjects.find((each) => command.getOptionValue(each) !== undefined);
  const option = command.options.find((each) => each.attributeName() === other);
  if (option !== undefined)
    command.error(`error: option '${option.flags}' cannot be used with a path, '${first}'`);
  command.setOptionValueWithSource('filename', [...(named ?? []), ...given], 'cli');
}

function pathsOf(command: Command): readonly string[] {
  const index = command.registeredArguments.findIndex((argument) => argument.name() === name);
  return (command.processedArgs[index] as readonly string[] | undefined) ?? [];
}

/** `natc explain FROM manifests/ --service web`: a Service has no destination beside it. */
function pathInsteadOfDestination(command: Command): readonly string[] {
  const { service, selector } = command.opts<{ service?: unknown; selector?: unknown }>();
  const to = command.processedArgs[1] as string | undefined;
  const isPath = to !== undefined && (to === '-' || isGlob(to) || existsSync(to));
  if (command.name() !== 'explain' || !isPath || (service ?? selector) === undefined) return [];
  command.processedArgs[1] = undefined;
  return [to];
}

/** What would be done instead of naming URLs; undefined where there is none. */
function urlProblem(paths: readonly string[], args: readonly string[]): string | undefined {
  const urls = paths.filter((path) => /^[a-z][a-z0-9+.-]*:\/\//i.test(path));
  const [url] = urls;
  if (url === undefined) return undefined;
  const said = `natc reads no URLs, got '${url}'`;
  if (url.startsWith('file://')) return `${said}\nName the file itself.`;
  if (!/^https?:/i.test(url)) return `${said}\nFetch it first, and name the files.`;
  if (urls.length > 1 || paths.includes('-'))
    return `${said}\nFetch it first, and name the file: curl -fsSLO ${shellWords([url])}`;
  const line = args.map((arg) => (arg.endsWith(url) ? `${arg.slice(0, -url.length)}-` : arg));
  return `${said}\nPipe it in: curl -fsSL ${shellWords([url])} | natc ${shellWords(line)}`;
}
