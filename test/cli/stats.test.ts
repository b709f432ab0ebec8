import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { commandClock, type stageClock } from '../../src/cli/stage-clock.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { natc } from '../support/natc.ts';

const example = [
  '-f',
  'fixtures/example/manifests',
  '--config',
  'fixtures/example/kube-proxy.yaml',
];
const line = /^(\w+) +\d+ ms +\d+ MiB$/;

const stagesOf = (stderr: string) =>
  stderr.split('\n').flatMap((text) => line.exec(text)?.slice(1) ?? []);

test('--stats prints each stage, and only on stderr', () => {
  const plain = natc(['compile', '-q', ...example]);
  const { exitCode, stdout, stderr } = natc(['compile', '-q', '--stats', ...example]);
  expect(exitCode).toBe(0);
  expect(stdout).toBe(plain.stdout);
  expect(stagesOf(stderr)).toEqual([
    'input',
    'read',
    'model',
    'plan',
    'ruleset',
    'render',
    'write',
  ]);
});

test('natc check has --stats too', () => {
  const { stderr } = natc(['check', '--no-kernel', '-q', '--stats', ...example]);
  expect(stagesOf(stderr)).toEqual(['input', 'read', 'model', 'plan', 'ruleset']);
});

test('the nftables ruleset is laid out only where it is asked for', () => {
  const { stderr } = natc(['list', '-q', '--stats', ...example]);
  expect(stagesOf(stderr)).toEqual(['input', 'read', 'model', 'plan']);
  const iptables = natc(['compile', '-q', '--stats', '-o', 'iptables', ...example]);
  expect(stagesOf(iptables.stderr)).toEqual(['input', 'read', 'model', 'plan', 'render', 'write']);
});

test('nothing is printed of stages without --stats', () => {
  expect(natc(['compile', '-q', ...example]).stderr).toBe('');
});

function terminal(isTerminal: boolean, environment: Terminal['environment']) {
  const written: string[] = [];
  const channel = {
    isTerminal,
    columns: 80,
    write: async (text: string) => {
      written.push(text);
    },
    progress: (text: string) => {
      written.push(text);
    },
  };
  return {
    written,
    terminal: { stdout: channel, stderr: channel, stdinIsTerminal: true, environment },
  };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

/** Reads for longer than a second, and then models. */
function work(clock: ReturnType<typeof stageClock>) {
  clock.run('read', () => vi.advanceTimersByTime(1500));
  clock.run('model', () => vi.advanceTimersByTime(100));
}

test('on a terminal the stage is named once natc has been at work for a second', () => {
  const { written, terminal: screen } = terminal(true, {});
  work(commandClock({}, screen));
  expect(written).toEqual(['natc: model ...', '']);
});

test.each([
  ['off a terminal', false, {}, {}],
  ['in CI', true, { CI: 'true' }, {}],
  ['with --quiet', true, {}, { quiet: true }],
])('no stage is named %s', (_, isTerminal, environment, flags) => {
  const { written, terminal: screen } = terminal(isTerminal, environment);
  work(commandClock(flags, screen));
  expect(written).toEqual([]);
});
