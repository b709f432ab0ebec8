import { expect, test } from 'vitest';
import { readTimestamp } from '../../src/model/seniority.ts';
import { modelOf, service } from '../support/findings.ts';

test.each([
  ['2026-01-01T00:00:00Z', Date.UTC(2026, 0, 1)],
  ['2026-01-01T02:00:00+02:00', Date.UTC(2026, 0, 1)],
  ['2025-12-31T23:30:00-00:30', Date.UTC(2026, 0, 1)],
  ['2024-02-29T12:00:00.5Z', Date.UTC(2024, 1, 29, 12, 0, 0, 500)],
])('%s is an age', (text, time) => {
  expect(readTimestamp(text)).toBe(time);
});

test.each([
  undefined,
  null,
  0,
  '',
  '0001-01-01T00:00:00Z',
  '2026-01-01',
  '2026-01-01 00:00:00Z',
  '2026-01-01T00:00:00',
  '2026-02-30T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-01-01T24:00:00Z',
  '2026-01-01T00:00:60Z',
  '2026-01-01T00:00:00+25:00',
  '-271821-04-20T00:00:00Z',
  { at: '2026-01-01T00:00:00Z' },
])('%j is none', (value) => {
  expect(readTimestamp(value)).toBeUndefined();
});

test('of an object that is given twice the oldest is kept (ND11)', () => {
  const given = (clusterIP: string, creationTimestamp?: string) =>
    service({ clusterIP }, { metadata: { name: 'web', namespace: 'shop', creationTimestamp } });
  const [older, younger, ageless] = [
    given('172.30.0.9', '2026-01-01T00:00:00Z'),
    given('172.30.0.5', '2026-06-01T00:00:00Z'),
    given('172.30.0.1'),
  ] as const;
  for (const objects of [
    [older, younger, ageless],
    [ageless, younger, older],
  ]) {
    const { cluster } = modelOf(objects, { validate: 'warn' });
    expect(cluster.services.map(({ clusterIPs }) => clusterIPs)).toEqual([['172.30.0.9']]);
  }
});
