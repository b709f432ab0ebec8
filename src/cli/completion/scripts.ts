/**
 * Completion scripts. They ask natc itself (`natc __complete`), so that they know its version's commands,
 * and the Services of the files on the line.
 */
export const completionScripts = {
  // Bash cuts words at = and :, which are parts of ours, and replaces only what comes after the last.
  bash: `# bash completion for natc: source <(natc completion bash)
_natc() {
  local rest=\${COMP_LINE:0:COMP_POINT} words=() i piece
  for ((i = 0; i <= COMP_CWORD; i++)); do
    if ((i == 0)) || [[ $rest == [[:space:]]* ]]; then
      words+=("")
      rest=\${rest#"\${rest%%[![:space:]]*}"}
    fi
    piece=\${COMP_WORDS[i]}
    ((i == COMP_CWORD)) && piece=$rest
    words[\${#words[@]} - 1]+=$piece
    rest=\${rest#"$piece"}
  done
  local current=\${words[\${#words[@]} - 1]} before= lines=() line
  [[ $current == *[=:]* ]] && before=\${current%"\${current##*[=:]}"}
  while IFS= read -r line; do lines+=("$line"); done < <("\${words[0]}" __complete "\${words[@]:1}" 2>/dev/null)
  COMPREPLY=()
  for line in "\${lines[@]:1}"; do
    line=\${line%% *}
    COMPREPLY+=("\${line#"$before"}")
  done
  case \${lines[0]} in
    # Alone they are left to bash, which knows more of paths than compgen.
    files)
      if [[ \${#COMPREPLY[@]} -gt 0 ]]; then
        compopt -o filenames
        while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "\${current#"$before"}")
      fi
      ;;
    directories) compopt -o dirnames +o default ;;
    *) compopt +o default ;;
  esac
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *[=:,] ]] && compopt -o nospace
}
complete -o default -F _natc natc
`,
  zsh: `#compdef natc
# zsh completion for natc: save as _natc in a directory of $fpath
_natc() {
  local -a lines described
  local line word says
  lines=("\${(@f)$("\${words[1]}" __complete "\${(@)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null)}")
  for line in "\${(@)lines[2,-1]}"; do
    word=\${line%% *} says=\${\${line#"$word"}# }
    described+=("\${word//:/\\\\:}\${says:+:$says}")
  done
  (( $#described )) && _describe -o -t values natc described
  case $lines[1] in
    files) compset -P '-*='; _files ;;
    directories) compset -P '-*='; _files -/ ;;
  esac
}
if [ "$funcstack[1]" = _natc ]; then _natc "$@"; else compdef _natc natc; fi
`,
  fish: `# fish completion for natc: natc completion fish | source
function __natc_complete
  set -l before (commandline -opc)
  set -l current (commandline -ct)
  set -l lines ($before[1] __complete $before[2..-1] "$current" 2>/dev/null)
  set -l flag (string match -r -- '^-[^=]*=' "$current")
  set -l path (string replace -r -- '^-[^=]*=' '' "$current")
  switch "$lines[1]"
    case files
      for each in (__fish_complete_path "$path")
        echo "$flag$each"
      end
    case directories
      for each in (__fish_complete_directories "$path" '')
        echo "$flag$each"
      end
  end
  test (count $lines) -gt 1; and string replace -- ' ' \\t $lines[2..-1]
end
complete -c natc -f -a '(__natc_complete)'
`,
} as const;
