/** Judges assertions on objects, as natc assert would. */

import type { Assertion } from '../../src/assert/assertion.ts';
import type { AssertionVerdict } from '../../src/assert/breach.ts';
import { judgeAssertions } from '../../src/assert/judge.ts';
import { assertionKinds, assertionsOf } from '../../src/assert/read-assertions.ts';
import { compile } from '../../src/compile.ts';
import { hasErrors } from '../../src/diagnostics/diagnostic.ts';
import { type CompileOptions, defaultOptions } from '../../src/options.ts';
import { compiledSubject } from '../../src/reach/compiled.ts';
import type { SurveySubject } from '../../src/reach/survey.ts';
import { readObjects } from '../../src/read/read.ts';
import { pureVerbs } from './answers.ts';
import { objectOf } from './objects.ts';

/** Reads the text of a file, or of the list under `assertions`; throws when natc finds an error. */
export function assertionsIn(text: string): readonly Assertion[] {
  const { assertions, diagnostics } = readAssertionText(text);
  if (hasErrors(diagnostics)) throw new Error(diagnostics.map((each) => each.message).join('\n'));
  return assertions;
}

export function readAssertionText(text: string) {
  const whole = text.includes('kind: Assertions')
    ? text
    : `apiVersion: natc.dev/v1alpha1\nkind: Assertions\nassertions:\n${text}`;
  const bytes = new TextEncoder().encode(whole);
  const read = readObjects([{ name: 'rules.yaml', bytes }], assertionKinds);
  const { assertions, diagnostics } = assertionsOf(read.objects, 'rules.yaml');
  return { assertions, diagnostics: [...read.diagnostics, ...diagnostics] };
}

export function subjectOf(
  objects: readonly object[],
  options: Partial<CompileOptions> = {},
  backend: 'nftables' | 'iptables' = 'nftables',
): SurveySubject {
  const { output, diagnostics } = compile(
    objects.map((object) => objectOf(object)),
    { ...defaultOptions, ...options },
  );
  if (output === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return compiledSubject(output, pureVerbs[backend].answersOf);
}

export const verdictsOf = (
  text: string,
  subject: SurveySubject,
  before?: SurveySubject,
): readonly AssertionVerdict[] => judgeAssertions(assertionsIn(text), subject, before);
