/** What `--exclude` leaves out. */
import { isAbsolute, normalize, relative, resolve } from 'node:path';
import { type GlobStep, parseGlob } from './glob.ts';

/**
 * Tells of a path whether it is left out.
 *
 * @param path as it was typed, or put together from a directory that was named and what is in it
 * @param directory the one that was named, where the path lies in one
 */
export type Exclusion = (path: string, directory?: string) => boolean;

/**
 * Reads the patterns of `--exclude`. One without a slash is the name of a file or directory anywhere; one with a
 * slash is a path, from the working directory or from the directory that is read.
 *
 * @param used gets each pattern that leaves something out
 */
export function exclusionOf(patterns: readonly string[], used: Set<string> = new Set()): Exclusion {
  const rules = patterns.map((pattern) => {
    const trimmed = pattern.replace(/\/+$/, '');
    const isPath = trimmed.includes('/');
    return { pattern, isPath, text: trimmed, alternatives: stepsOf(trimmed) };
  });
  return (path, directory) => {
    const fitting = rules.filter((rule) => leavesOut(rule, path, directory));
    for (const { pattern } of fitting) used.add(pattern);
    return fitting.length > 0;
  };
}

interface Rule {
  /** Whether it has a slash. */
  readonly isPath: boolean;
  readonly text: string;
  readonly alternatives: readonly (readonly GlobStep[])[];
}

function leavesOut(
  { isPath, text, alternatives }: Rule,
  path: string,
  directory: string | undefined,
): boolean {
  if (!isPath) {
    const names = namesOf(path).slice(directory === undefined ? 0 : -1);
    return alternatives.some((steps) => names.some((name) => fits(steps, [name])));
  }
  const inDirectory = directory === undefined ? [] : [namesOf(relative(directory, path))];
  const whole =
    isAbsolute(text) === isAbsolute(path)
      ? fitsBeginning(alternatives, namesOf(path))
      : fitsBeginning(stepsOf(resolve(text)), namesOf(resolve(path)));
  return whole || inDirectory.some((names) => fitsBeginning(alternatives, names));
}

const stepsOf = (pattern: string): readonly (readonly GlobStep[])[] =>
  (parseGlob(normalize(pattern)) ?? []).map((steps) =>
    steps.filter((step) => step.kind !== 'literal' || step.name !== ''),
  );

const namesOf = (path: string): readonly string[] =>
  normalize(path)
    .split('/')
    .filter((name) => name !== '');

/** Whether a pattern fits a path, or a directory that it lies in. */
const fitsBeginning = (
  alternatives: readonly (readonly GlobStep[])[],
  names: readonly string[],
): boolean =>
  alternatives.some((steps) => names.some((_, index) => fits(steps, names.slice(0, index + 1))));

function fits(steps: readonly GlobStep[], names: readonly string[]): boolean {
  const [step, ...rest] = steps;
  const [name, ...others] = names;
  if (step === undefined) return name === undefined;
  switch (step.kind) {
    case 'directories':
      return fits(rest, names) || (name !== undefined && fits(steps, others));
    case 'literal':
      return name === step.name && fits(rest, others);
    case 'pattern':
      return name !== undefined && step.matches(name) && fits(rest, others);
  }
}
