import { describe, expect, test } from 'vitest';
import { statusJson, statusText } from '../../src/cli/status/format-status.ts';
import { type History, isGood } from '../../src/cli/status/history.ts';
import type { Status } from '../../src/host/change/status.ts';
import type { DropChain } from '../../src/host/machine/foreign-forward.ts';

const now = 1_000_000;
const revision = { number: 7, digest: '0123456789abcdef'.repeat(2), time: now - 8 * 3600 };
const status: Status = {
  backend: {
    name: 'nftables',
    rules: 'tables',
    places: { ip: 'table ip natc', ip6: 'table ip6 natc' },
  },
  revision,
  tables: [{ family: 'ip', services: 1, endpoints: 2 }],
  drift: [],
  elsewhere: [],
  unreadable: undefined,
  waiting: undefined,
  forward: { chains: [], notLookedAt: [], hasFailed: false },
  sysctls: { set: [], hasLoopbackGuard: false },
  revisions: [revision],
  diagnostics: [],
};
const unknown: History = { attempt: undefined, warnings: undefined, maxAge: undefined, now };
const done: History = {
  ...unknown,
  attempt: { time: now - 60, exitCode: 0, message: undefined, lastSuccess: now - 60 },
};
const failed: History = {
  ...unknown,
  attempt: {
    time: now - 300,
    exitCode: 3,
    message: 'nft: not found (NATC5001)',
    lastSuccess: now - 600,
  },
};

describe('status tells', () => {
  test('that tables without a stamp cannot be read, not that there are none', () => {
    const unreadable = 'table ip natc: killed by SIGSEGV';
    const none = { ...status, revision: undefined, tables: [], drift: undefined };
    expect(statusText(none, unknown)).toContain('natc has no tables in the kernel\n');
    const text = statusText({ ...none, unreadable }, unknown);
    expect(text).not.toContain('has no tables');
    expect(text).toContain(`not readable: ${unreadable}\ndrift: not known\n`);
    expect(JSON.parse(statusJson({ ...none, unreadable }, unknown))).toMatchObject({ unreadable });
  });

  test('what others drop, and what it could not look at', () => {
    const chain: DropChain = {
      program: 'nft',
      family: 'inet',
      table: 'fw',
      chain: 'forw',
      priority: 'filter',
      drops: ['IPv6'],
      hasDockerUser: false,
    };
    const notLookedAt = ['nft -t list chains ip: killed by SIGSEGV'];
    const text = statusText(
      { ...status, forward: { chains: [chain], notLookedAt, hasFailed: true } },
      unknown,
    );
    expect(text).toContain('table inet fw, chain forw: drops IPv6 packets');
    expect(text).toContain('could not be looked at: nft -t list chains ip: killed by SIGSEGV\n');
  });

  test('when the revision was confirmed', () => {
    expect(statusText(status, unknown)).toContain('applied 8h ago\n');
    expect(statusText(status, done)).toContain('applied 8h ago, confirmed 60s ago\n');
    expect(statusText(status, done)).toContain('last attempt 60s ago: done\n');
    expect(isGood(done, revision)).toBe(true);
    expect(isGood(unknown, revision)).toBe(true);
  });

  test('how the last attempt failed, and is not good then', () => {
    const line = 'last attempt 5m ago: failed, exit status 3: nft: not found (NATC5001)\n';
    expect(statusText(status, failed)).toContain(line);
    const none = { ...status, revision: undefined, tables: [] };
    expect(statusText(none, failed)).toContain(line);
    expect(isGood(failed, revision)).toBe(false);
    expect(JSON.parse(statusJson(status, failed)).attempt).toEqual({
      time: now - 300,
      ageSeconds: 300,
      exitCode: 3,
      message: 'nft: not found (NATC5001)',
      lastSuccess: now - 600,
    });
  });

  test('that the last success is older than it may be', () => {
    const maxAge = 50;
    expect(isGood({ ...done, maxAge: 60 }, revision)).toBe(true);
    expect(isGood({ ...done, maxAge }, revision)).toBe(false);
    expect(statusText(status, { ...done, maxAge })).toContain(
      'last success 60s ago: more than 50s (--max-age)\n',
    );
    expect(JSON.parse(statusJson(status, { ...done, maxAge })).tooOld).toBe(true);
    expect(isGood({ ...unknown, maxAge: 9 * 3600 }, revision)).toBe(true);
    expect(isGood({ ...unknown, maxAge: 7 * 3600 }, revision)).toBe(false);
    expect(isGood({ ...unknown, maxAge }, undefined)).toBe(false);
  });

  test('that a success which is yet to come is none', () => {
    const time = now + 3600;
    const attempt = { time, exitCode: 0, message: undefined, lastSuccess: time };
    expect(isGood({ ...unknown, attempt }, revision)).toBe(true);
    expect(isGood({ ...unknown, attempt, maxAge: 300 }, revision)).toBe(false);
    const late = { ...unknown, attempt: { ...attempt, lastSuccess: now + 5 }, maxAge: 300 };
    expect(isGood(late, revision)).toBe(true);
  });

  test('which warnings stand, and for how long', () => {
    const warnings = {
      warnings: [{ id: 'i', code: 'NATC2001', message: 'm', place: 'p', since: now - 7200 }],
      others: [{ digest: 'd', count: 3 }],
    };
    const text = statusText(status, { ...done, warnings });
    expect(text).toContain('warnings of natc apply that stand: 4\n  for 2h: NATC2001 p: m\n');
    expect(text).toContain('and 3 more');
    const none = { ...status, revision: undefined, tables: [] };
    expect(statusText(none, { ...failed, warnings })).toContain('  for 2h: NATC2001 p: m\n');
    expect(JSON.parse(statusJson(status, { ...done, warnings })).warnings).toMatchObject({
      count: 4,
      standing: [{ code: 'NATC2001', place: 'p', message: 'm', ageSeconds: 7200 }],
    });
  });
});
