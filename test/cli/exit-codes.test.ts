import { describe, expect, test } from 'vitest';
import { natc } from '../support/natc.ts';

const service = (spec: string) => `apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: ${spec}
`;

const valid = service('{ clusterIP: 172.30.0.10, ports: [{ port: 80 }] }');
const invalid = service('{ clusterIP: 172.30.0.10, ports: [{ port: "80" }] }');
const warning = service('{ clusterIP: "FD00:10:96::10", ports: [{ port: 80 }] }');

describe('exit status', () => {
  test('0 for help and version, on stdout', () => {
    for (const args of [['--help'], ['help', 'compile'], ['compile', '--help'], ['--version']]) {
      const run = natc(args);
      expect(run).toMatchObject({ exitCode: 0, stderr: '' });
      expect(run.stdout).not.toBe('');
    }
  });

  test('0 for a compilation, with the ruleset on stdout and nothing on stderr', () => {
    const run = natc(['compile', '-f', '-'], { input: valid });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.stdout).toMatch(/^(?:# .*\n)+add table ip natc\ndelete table ip natc\n/);
  });

  test('stdin is read without -f when something is piped in', () => {
    expect(natc(['compile'], { input: valid }).stdout).toContain('172.30.0.10');
  });

  test.each([
    [[], 'Usage: natc'],
    [['bogus'], "unknown command 'bogus'"],
    [['compil'], '(Did you mean compile?)'],
    [['compile', 'none.yaml'], 'error[NATC1001]'],
    [['compile', '--bogus'], "See 'natc compile --help'."],
    [['compile', '-o', 'pdf'], 'Allowed choices are'],
    [['status', 'file.yaml'], 'too many arguments'],
    [['compile', '--masquerade-bit', 'x'], '--masquerade-bit'],
    [['compile', '--service-node-port-range', '9'], '--service-node-port-range'],
    [['compile', '--ip-family', 'ipx'], "'ipv4'"],
    [['compile', '--localhost-nodeports', 'yes'], "'true' or 'false'"],
    [['explain-code', 'NATC9999'], 'no such code'],
    [['completion', 'csh'], 'bash, zsh, fish'],
  ])('2 for the usage error %j', (args, message) => {
    const run = natc(args);
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toContain(message);
    expect(run.stderr).not.toContain('    at ');
  });

  test('2 for invalid objects, with nothing on stdout', () => {
    for (const format of ['text', 'json', 'github', 'sarif']) {
      const run = natc(['compile', '--diagnostics', format], { input: invalid });
      expect(run).toMatchObject({ exitCode: 2, stdout: '' });
      expect(run.stderr).toContain('NATC2');
    }
  });

  test('1 for problems found by check, at the level of --fail-on', () => {
    const check = (input: string, ...args: string[]) =>
      natc(['check', '--no-kernel', '--no-sysctl', ...args], { input }).exitCode;
    expect(check(valid)).toBe(0);
    expect(check(invalid)).toBe(1);
    expect(check(warning)).toBe(0);
    expect(check(warning, '--fail-on', 'warning')).toBe(1);
    expect(check('a: [')).toBe(2);
  });

  test('2 for a bug of natc, which is called one, without a stack trace', () => {
    const broken = "globalThis.TextDecoder = class { constructor() { throw new Error('broken') } }";
    const env = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(broken)}` };
    const run = natc(['compile', '-f', '-'], { input: valid, env });
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toMatch(/^natc: internal error: broken\nThis is a bug in natc\./);
    expect(run.stderr).not.toContain('    at ');
    const debugged = natc(['compile', '-f', '-'], {
      input: valid,
      env: { ...env, NATC_DEBUG: '1' },
    });
    expect(debugged.stderr).toContain('    at ');
  });
});
