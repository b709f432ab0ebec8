import { describe, expect, test } from 'vitest';
import { matchesLabels, parseLabelSelector } from '../../src/model/label-selector.ts';

/** kubectl's answers, from the tests of k8s.io/apimachinery/pkg/labels in substance. */
describe('a label selector', () => {
  const labels = { app: 'web', tier: 'front', weight: '20', 'example.com/team': 'a', empty: '' };
  test.each([
    ['', true],
    ['  ', true],
    ['app', true],
    ['none', false],
    ['!none', true],
    ['!app', false],
    ['! none', true],
    ['app=web', true],
    ['app == web', true],
    ['app=db', false],
    ['none=web', false],
    ['app!=web', false],
    ['app != db', true],
    ['none!=web', true],
    ['empty=', true],
    ['app=', false],
    ['empty=,app', true],
    ['none!=', true],
    ['app in (web, db)', true],
    ['app in (db)', false],
    ['app in(db,web)', true],
    ['none in (db)', false],
    ['app notin (db)', true],
    ['app notin (web,db)', false],
    ['none notin (db)', true],
    ['empty in (,a)', true],
    ['weight>10', true],
    ['weight>20', false],
    ['weight < 21', true],
    ['app>1', false],
    ['none<1', false],
    ['app=web,tier=front', true],
    ['app=web, tier in (back)', false],
    ['example.com/team=a,!none,app', true],
    ['toString', false],
  ])('%j: %s', (text, expected) => {
    const selector = parseLabelSelector(text);
    if ('problem' in selector) throw new Error(selector.problem);
    expect(matchesLabels(selector, labels)).toBe(expected);
  });

  test('may have in and notin as key and value', () => {
    const selector = parseLabelSelector('in=notin');
    expect(selector).toEqual([{ kind: 'in', key: 'in', values: ['notin'] }]);
  });

  test.each([
    ['app in web', 'expected "(" after in, got "web"'],
    ['app in (web', 'expected ")", and it ends'],
    ['app in ()', 'in needs at least one value'],
    ['app in (a b)', 'expected a comma, got "b"'],
    ['app in (a=b)', 'expected a value, got "="'],
    ['app web', 'expected =, ==, !=, in, notin, > or <, got "web"'],
    ['app,', 'expected the key of a label, and it ends'],
    [',app', 'expected the key of a label, got ","'],
    ['=web', 'expected the key of a label, got "="'],
    ['!app=web', 'expected a comma after a key with "!", got "="'],
    ['app===web', 'expected a value, got "="'],
    ['app=web tier=front', 'expected a comma, got "tier"'],
    ['weight>heavy', 'expected a whole number after >, got "heavy"'],
    ['weight<', 'expected a whole number after <, and it ends'],
    ['-app', 'the key "-app" must be at most 63 letters'],
    ['a/b/c', 'the key "a/b/c" must be'],
    ['app=we b', 'expected a comma, got "b"'],
    ['app=-web', 'the value "-web" must be at most 63 letters'],
    ['app notin (a,b_)', 'the value "b_" must be'],
  ])('%j is refused: %s', (text, problem) => {
    expect(parseLabelSelector(text)).toMatchObject({ problem: expect.stringContaining(problem) });
  });
});
