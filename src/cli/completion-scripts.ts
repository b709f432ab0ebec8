import type { Option } from 'commander';

/** A command as completion needs it. */
export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly Option[];
  /** Words that its argument may be. */
  readonly words: readonly string[];
  /** Whether its arguments are files. */
  readonly takesFiles: boolean;
}

type Script = (commands: readonly CompletedCommand[]) => string;

export const completionScripts = { bash, zsh, fish } as const satisfies Record<string, Script>;

function bash(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  const cases = commands.map(({ name, options, words }) => {
    const candidates = [...options.flatMap(flagsOf), ...words].join(' ');
    return `    ${name}) words='${candidates}' ;;\n`;
  });
  const values = withChoices(commands).map(
    ([flag, choices]) => `    ${flag}) words='${choices.join(' ')}' ;;\n`,
  );
  return `# bash completion for natc: source <(natc completion bash)
_natc() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} words=
  case \${COMP_WORDS[1]} in
${cases.join('')}    *) words='${names} help' ;;
  esac
  [ "$COMP_CWORD" -eq 1 ] && words='${names} help'
  case $previous in
${values.join('')}    ${fileFlags(commands).join('|')}) words= ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _natc natc
`;
}

function zsh(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name, summary }) => `    '${name}:${escapeQuote(summary)}'\n`);
  const cases = commands.map(({ name, options, words, takesFiles }) => {
    const specs = options.flatMap((option) =>
      flagsOf(option).map(
        (flag) => `'*${flag}[${zshText(option.description)}]${zshValue(option)}'`,
      ),
    );
    if (words.length > 0) specs.push(`'1:argument:(${words.join(' ')})'`);
    if (takesFiles) specs.push("'*:file:_files'");
    return `    ${name}) _arguments ${specs.join(' ')} ;;\n`;
  });
  return `#compdef natc
# zsh completion for natc: save as _natc in a directory of $fpath
_natc() {
  local -a commands=(
${names.join('')}  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('')}  esac
}
if [ "$funcstack[1]" = _natc ]; then _natc "$@"; else compdef _natc natc; fi
`;
}

function fish(commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap(({ name, summary, options, words }) => {
    const when = `-n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c natc -n __fish_use_subcommand -f -a ${name} -d '${escapeQuote(summary)}'`,
      ...options.map((option) => `complete -c natc ${when} ${fishOption(option)}`),
      ...(words.length > 0 ? [`complete -c natc ${when} -f -a '${words.join(' ')}'`] : []),
    ];
  });
  return `# fish completion for natc: natc completion fish | source\n${lines.join('\n')}\n`;
}

function fishOption({ short, long, description, required, argChoices }: Option): string {
  const parts = [
    short === undefined ? '' : `-s ${short.slice(1)}`,
    `-l ${(long ?? '').slice(2)}`,
    required ? '-r' : '-f',
    argChoices === undefined ? '' : `-f -a '${argChoices.join(' ')}'`,
    `-d '${escapeQuote(description)}'`,
  ];
  return parts.filter((part) => part !== '').join(' ');
}

const flagsOf = ({ short, long }: Option): readonly string[] =>
  [short, long].filter((flag) => flag !== undefined);

/** Options with a fixed list of values; the same flag has the same values everywhere. */
const withChoices = (commands: readonly CompletedCommand[]) => [
  ...new Map(
    commands
      .flatMap(({ options }) => options)
      .flatMap((option) => flagsOf(option).map((flag) => [flag, option.argChoices ?? []] as const))
      .filter(([, choices]) => choices.length > 0),
  ),
];

/** Options whose value is free text, most often a file name. */
const fileFlags = (commands: readonly CompletedCommand[]): readonly string[] => [
  ...new Set(
    commands
      .flatMap(({ options }) => options)
      .filter(({ required, argChoices }) => required && argChoices === undefined)
      .flatMap(flagsOf),
  ),
];

function zshValue({ required, argChoices }: Option): string {
  if (!required) return '';
  return argChoices === undefined ? ':value:_files' : `:value:(${argChoices.join(' ')})`;
}

const zshText = (text: string): string => escapeQuote(text).replace(/[[\]:]/g, '\\$&');

const escapeQuote = (text: string): string => text.replace(/'/g, "'\\''");
