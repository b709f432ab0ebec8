/** The rows of the table in the head comment of plan-apply.ts. */
import { expect, test } from 'vitest';
import { type ObservedRules, planApply } from '../../../src/host/change/plan-apply.ts';

const desired = { digest: 'd' };
const known = (more: Partial<Extract<ObservedRules, { kind: 'known' }>>): ObservedRules => ({
  ...{ kind: 'known', source: 'state', digest: 'o', isEmpty: false, differs: true },
  ...more,
});
const stamped = { kind: 'stamped' } as const;
const listed = { source: 'kernel' } as const;
const same = { differs: false } as const;
const none = { source: 'kernel', digest: undefined, isEmpty: true } as const;

test.each<[string, ObservedRules, string | undefined, string, string]>([
  ['the desired stamps, of the last apply', stamped, 'd', 'nothing', 'nothing'],
  ['the desired stamps, of another', stamped, 'o', 'nothing', 'everything'],
  ['the desired stamps, of none', stamped, undefined, 'nothing', 'everything'],
  ['the desired rules, of the last apply', known(same), 'o', 'nothing', 'nothing'],
  ['the desired rules, listed', known({ ...same, ...listed }), 'o', 'nothing', 'nothing'],
  ['the desired rules, of another', known(same), 'd', 'nothing', 'everything'],
  ['the desired rules, of none', known(same), undefined, 'nothing', 'everything'],
  [
    'the desired rules without stamps',
    known({ ...same, digest: undefined }),
    undefined,
    'nothing',
    'everything',
  ],
  ['no rules', known(none), undefined, 'difference', 'difference'],
  ['no rules, although there were', known(none), 'o', 'difference', 'difference'],
  ['other rules, of the last apply', known({}), 'o', 'difference', 'difference'],
  ['other rules, of another', known({}), 'd', 'difference', 'everything'],
  ['other rules, of none', known({}), undefined, 'difference', 'everything'],
  ['other rules, listed', known(listed), 'o', 'difference', 'everything'],
  [
    'other rules without stamps',
    known({ ...listed, digest: undefined }),
    undefined,
    'difference',
    'everything',
  ],
  ['rules that cannot be read', { kind: 'unreadable' }, 'd', 'everything', 'everything'],
])('%s', (_, observed, last, send, lookAt) => {
  const before = last === undefined ? undefined : { digest: last };
  expect(planApply(observed, desired, before)).toEqual({ send, lookAt });
});
