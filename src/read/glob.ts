/** Patterns for file names, as shells read them: `*`, `?`, `[a-z]`, `{a,b}`, and `**` for directories. */

/** Matches one character, or any number of them. */
type Piece = 'star' | ((character: string) => boolean);

/** What one step of a path has to be: `**` stands for any number of directories, none included. */
export type GlobStep =
  | { readonly kind: 'directories' }
  | { readonly kind: 'literal'; readonly name: string }
  | {
      readonly kind: 'pattern';
      readonly matches: (name: string) => boolean;
      /** Whether it ends as files of some kind do: `*.txt`, not `*`. */
      readonly hasEnding: boolean;
    };

/** Whether a text is more than the name of one file. */
export const isGlob = (text: string): boolean => /[*?[{]/.test(text);

/** The most paths that braces may stand for. */
const mostAlternatives = 1000;

/**
 * Reads a pattern into the paths that it stands for, each a list of steps: several where it has braces.
 * Wildcards never match a slash, nor a dot at the beginning of a name.
 *
 * @returns undefined when the braces stand for too many
 */
export function parseGlob(text: string): readonly (readonly GlobStep[])[] | undefined {
  const alternatives = expandBraces(text);
  return alternatives?.map((path) =>
    path
      .split('/')
      .filter((part, index) => part !== '' || index === 0)
      .map(stepOf),
  );
}

function stepOf(part: string): GlobStep {
  if (part === '**') return { kind: 'directories' };
  const pieces = piecesOf(part);
  if (pieces === undefined) return { kind: 'literal', name: part.replace(/\\(.)/g, '$1') };
  return {
    kind: 'pattern',
    matches: (name) => (!name.startsWith('.') || part.startsWith('.')) && fits(pieces, name),
    hasEnding: /\.[^.]*[^*?.][^.]*$/.test(part),
  };
}

/** Undefined where there is nothing special about it. */
function piecesOf(part: string): readonly Piece[] | undefined {
  const pieces: Piece[] = [];
  let isSpecial = false;
  for (let rest = part; rest !== ''; ) {
    const [token = '', escaped, negation, members] =
      /^(?:\\(.)|\[([!^]?)(\]?[^\]]*)\]|[\s\S])/u.exec(rest) ?? [];
    rest = rest.slice(token.length);
    if (token === '*') pieces.push('star');
    else if (token === '?') pieces.push(() => true);
    else if (members !== undefined && members !== '')
      pieces.push(memberOf(members, negation !== ''));
    else pieces.push(is(escaped ?? token));
    isSpecial ||= token === '*' || token === '?' || members !== undefined;
  }
  return isSpecial ? pieces : undefined;
}

const is =
  (wanted: string) =>
  (character: string): boolean =>
    character === wanted;

/** `abc`, `a-z0-9`. */
function memberOf(members: string, isNegated: boolean): (character: string) => boolean {
  const ranges = [...members.matchAll(/([\s\S])-([\s\S])|([\s\S])/gu)].map(
    ([, first, last, single]) => [first ?? single ?? '', last ?? single ?? ''] as const,
  );
  return (character) =>
    ranges.some(([first, last]) => first <= character && character <= last) !== isNegated;
}

/** Goes back to the last star only, so that no name takes long. */
function fits(pieces: readonly Piece[], name: string): boolean {
  const characters = [...name];
  let [piece, at] = [0, 0];
  let back: { readonly piece: number; at: number } | undefined;
  while (at < characters.length) {
    const wanted = pieces[piece];
    if (wanted === 'star') {
      piece += 1;
      back = { piece, at };
    } else if (wanted?.(characters[at] ?? '') === true) {
      piece += 1;
      at += 1;
    } else if (back !== undefined) {
      back.at += 1;
      piece = back.piece;
      at = back.at;
    } else return false;
  }
  return pieces.slice(piece).every((left) => left === 'star');
}

/** `a{b,c{d,e}}` as `ab`, `acd`, `ace`; a brace without comma or end is a character. */
function expandBraces(text: string): readonly string[] | undefined {
  const done: string[] = [];
  const pending = [text];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const found = firstBraces(next);
    if (found === undefined) done.push(next);
    else pending.push(...found.reverse());
    if (done.length + pending.length > mostAlternatives) return undefined;
  }
  return done;
}

function firstBraces(text: string): string[] | undefined {
  for (let start = text.indexOf('{'); start >= 0; start = text.indexOf('{', start + 1)) {
    if (text[start - 1] === '\\') continue;
    const commas: number[] = [];
    let depth = 0;
    for (let at = start; at < text.length; at++) {
      if (text[at] === '{') depth += 1;
      else if (text[at] === ',' && depth === 1) commas.push(at);
      else if (text[at] === '}' && --depth === 0) {
        if (commas.length === 0) break;
        const cuts = [start, ...commas, at];
        const [head, tail] = [text.slice(0, start), text.slice(at + 1)];
        return cuts
          .slice(1)
          .map((cut, index) => `${head}${text.slice((cuts[index] ?? 0) + 1, cut)}${tail}`);
      }
    }
  }
  return undefined;
}
