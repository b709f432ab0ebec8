/** natc's own iptables rules, read back as the kernel lists them, against what they were made from. */
import { describe, expect, test } from 'vitest';
import { compile } from '../../src/compile.ts';
import { iptablesRulesets } from '../../src/iptables/layout/build.ts';
import { renderIptablesTables } from '../../src/iptables/render/iptables-tables.ts';
import { ownListing } from '../../src/kube-proxy/own-listing.ts';
import { compiledSubject } from '../../src/reach/compiled.ts';
import { exposureOf, isReached } from '../../src/reach/exposure.ts';
import { type SurveySubject, surveyOf } from '../../src/reach/survey.ts';
import { pureVerbs } from '../support/answers.ts';
import { caseNames, optionsOfNode, readCase } from '../support/cases.ts';
import { objectOf } from '../support/objects.ts';

const nobody = { sources: new Set<string>(), destinations: new Set<string>() };

/** Those that say most: source ranges, policies, affinity, hairpins, node ports, both families. */
const names = caseNames.filter((name) => /mix|range|polic|affinity|hairpin|nodeport|v6/.test(name));

describe.each(names)('%s', (name) => {
  const { node, input } = readCase(name);
  const objects = input.map((object) => objectOf(object));
  const { output } = compile(objects, { ...optionsOfNode(node), validate: 'warn' });
  const own = compiledSubject(output!, pureVerbs.iptables.answersOf);
  const listing = ownListing(renderIptablesTables(iptablesRulesets(output!.plan)));
  const missed: string[] = [];
  const { answer: _, ruleset: __, ...rest } = own;
  const listed: SurveySubject | undefined = listing && {
    ...rest,
    ...{ ruleset: listing.outline, listing },
    onNotUnderstood: (_destination, met) => missed.push(met.text),
  };

  test('every rule is understood', () => {
    expect(listing?.notUnderstood ?? []).toEqual([]);
  });

  test('the same answers the same clients', () => {
    if (listed === undefined) return;
    const rows = (subject: SurveySubject) =>
      exposureOf(surveyOf(subject, nobody), { kind: 'anyone' }, true).rows.map(
        // What refuses some does not say which kind of address it is.
        ({ origin: ___, portName: ____, kind: _____, ...row }) => row,
      );
    expect(rows(listed)).toEqual(rows(own));
    const grown = surveyOf(own, nobody, listed).flatMap(({ destinations }) =>
      destinations.flatMap(({ results }) =>
        results.filter(
          (result) => isReached(result) !== isReached({ ...result, after: result.before }),
        ),
      ),
    );
    expect(grown).toEqual([]);
    expect(missed).toEqual([]);
  });
});
