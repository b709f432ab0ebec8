import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { natc } from '../support/natc.ts';

let top = '';
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'natc-ignore-'));
});
afterEach(() => rmSync(top, { recursive: true }));

const write = (name: string, text: string): void => {
  writeFileSync(join(top, name), text);
  chmodSync(join(top, name), 0o644);
};
const run = (...args: string[]) => natc(args, { cwd: top });
const check = (...args: string[]) => run('check', '--no-kernel', '--no-sysctl', ...args);

const configure = (text: string): void =>
  write(
    'natc.yaml',
    `apiVersion: natc.dev/v1alpha1\nkind: NatcConfiguration\nfilename: web.yaml\n${text}`,
  );

/** A Service with external IPs, of which natc says NATC2121. @param annotation lines of natc.dev/ignore */
const service = (annotation: readonly string[] = [], more = ''): string =>
  `apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  namespace: shop\n${
    annotation.length === 0
      ? ''
      : `  annotations:\n    natc.dev/ignore: |\n${annotation.map((line) => `      ${line}\n`).join('')}`
  }spec:\n  clusterIP: 172.30.0.10\n  externalIPs: [198.51.100.7]\n  ports: [{ port: 80 }]\n${more}`;

const codesIn = (text: string) => [...new Set(text.match(/(?<=\[)NATC\d{4}(?=\])/g))].sort();

describe('an annotation', () => {
  test('silences, is counted, and does not count for --fail-on', () => {
    write('web.yaml', service());
    const before = check('-f', 'web.yaml', '--fail-on', 'warning');
    expect({ codes: codesIn(before.stderr), exitCode: before.exitCode }).toEqual({
      codes: ['NATC2121'],
      exitCode: 1,
    });
    const ruleset = run('compile', '-f', 'web.yaml').stdout;

    write('web.yaml', service(['NATC2121 until June']));
    const after = check('-f', 'web.yaml', '--fail-on', 'warning');
    expect(after.exitCode).toBe(0);
    expect(after.stderr).toBe('no problems, 1 ignored in 1 file (1 object)\n');
    const compiled = run('compile', '-f', 'web.yaml');
    expect(compiled.stderr).toBe('no problems, 1 ignored in 1 file (1 object)\n');
    expect(compiled.stdout).toBe(ruleset);
    expect(run('compile', '-f', 'web.yaml', '-q').stderr).toBe('');
    const json = JSON.parse(check('-f', 'web.yaml', '--diagnostics', 'json').stdout);
    expect(json).toMatchObject({ diagnostics: [], summary: { warnings: 0, ignored: 1 } });
  });

  test('has one code a line, each with a reason', () => {
    write('web.yaml', service(['NATC2121', 'NATC3012, NATC3013 because', 'natc3012 x', '']));
    const { stderr } = check('-f', 'web.yaml');
    expect(codesIn(stderr)).toEqual(['NATC2061', 'NATC2063']);
    expect(stderr).toContain(
      'web.yaml:7:5: warning[NATC2061]: NATC2121 is ignored without a reason',
    );
    expect(stderr).toContain('did you mean NATC3012?');
  });

  test('that matches nothing, or what cannot be ignored, is told at its place', () => {
    write('web.yaml', service(['NATC2121 until June', 'NATC3012 soon']));
    const { stderr, exitCode } = check('-f', 'web.yaml', '--fail-on', 'warning');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('web.yaml:7:5: warning[NATC2060]: nothing to ignore');
    expect(stderr).toContain('1 warning, 1 ignored in 1 file (1 object)');

    write('web.yaml', service(['NATC2001 always so']).replace('port: 80', 'port: "80"'));
    const refused = check('-f', 'web.yaml');
    expect(codesIn(refused.stderr)).toEqual(['NATC2001', 'NATC2062', 'NATC2121']);
    const lenient = check('-f', 'web.yaml', '--validate', 'warn');
    expect(codesIn(lenient.stderr)).toContain('NATC2001');
    expect(codesIn(lenient.stderr)).toContain('NATC2062');
  });

  test('is not heard by another object, nor for what its object does to others', () => {
    const other = service()
      .replace('name: web', 'name: other')
      .replace('0.10', '0.11')
      .replace('100.7', '100.8');
    write('web.yaml', `${service(['NATC2121 x', 'NATC3031 mine'])}---\n${other}`);
    const { stderr } = check('-f', 'web.yaml');
    expect(stderr).toContain('object: Service shop/other');
    expect(stderr).not.toContain('object: Service shop/web, spec');
    const claim = service(['NATC2121 x', 'NATC3033 mine']);
    const slice =
      '---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata:\n  name: web-1\n  namespace: shop\n' +
      '  labels: { kubernetes.io/service-name: web }\n  annotations: { natc.dev/ignore: NATC3033 mine }\n' +
      'addressType: IPv4\nports: [{ port: 80 }]\nendpoints: [{ addresses: [203.0.113.9] }]\n';
    write('web.yaml', claim + slice);
    const outside = check('-f', 'web.yaml', '-v', '--cluster-cidr', '10.180.0.0/16');
    expect(codesIn(outside.stderr)).toContain('NATC3033');
    expect(codesIn(outside.stderr)).toContain('NATC2062');
  });

  test('of one object of several, a single message tells of the others', () => {
    const named = (name: string, annotation: readonly string[] = []) =>
      service(annotation)
        .replace('name: web', `name: web${name}`)
        .replace('0.10', `0.2${name}`)
        .replace('100.7', `100.${name}`);
    write('web.yaml', [named('2', ['NATC2121 until June']), named('3'), named('4')].join('---\n'));
    const { stderr } = check('-f', 'web.yaml');
    expect(stderr).toContain('object: Service shop/web3');
    expect(stderr).toContain('object: Service shop/web4');
    expect(stderr).not.toContain('object: Service shop/web2');
    expect(stderr).toContain('1 warning, 1 ignored in 1 file (3 objects)');
  });

  test('where only changes are compiled, as where everything is', () => {
    const changes = () => run('compile', '-f', 'web.yaml', '--state-dir', 'state', '--stats');
    const said = (stderr: string) => stderr.split('\n').filter((line) => /ignored|NATC/.test(line));
    const other = (port: number) =>
      service()
        .replace('name: web', 'name: other')
        .replace('0.10', '0.11')
        .replace('port: 80', `port: ${port}`)
        .replace('  externalIPs: [198.51.100.7]\n', '');
    write('web.yaml', `${service(['NATC2121 until June'])}---\n${other(80)}`);
    const first = changes();
    write('web.yaml', `${service(['NATC2121 until June'])}---\n${other(81)}`);
    const second = changes();
    expect(second.stderr).toContain('Services compiled, the others as before');
    const line = 'no problems, 1 ignored in 1 file (2 objects)';
    expect([first, second].map(({ stderr }) => said(stderr))).toEqual([[line], [line]]);
    // What is in vain is told each time, and so is what is ignored no longer.
    write('web.yaml', `${service(['NATC2121 until June', 'NATC3012 x'])}---\n${other(81)}`);
    for (const { stderr } of [changes(), changes()]) {
      expect(codesIn(stderr)).toEqual(['NATC2060']);
      expect(stderr).toContain('1 warning, 1 ignored in 1 file (2 objects)');
    }
    write('web.yaml', `${service()}---\n${other(81)}`);
    expect(codesIn(changes().stderr)).toEqual(['NATC2121']);
    expect(codesIn(changes().stderr)).toEqual(['NATC2121']);
  });

  test('with --all-nodes and in a diff', () => {
    const node = (name: string) => `---\napiVersion: v1\nkind: Node\nmetadata: { name: ${name} }\n`;
    write('web.yaml', service(['NATC2121 until June'], node('node-a')));
    const all = run('compile', '-f', 'web.yaml', '--all-nodes', '--out-dir', 'out');
    expect(codesIn(all.stderr)).not.toContain('NATC2121');
    expect(all.stderr).toContain('1 ignored');
    const diff = run('diff', 'web.yaml', 'web.yaml', '--node-name', 'node-a');
    expect(codesIn(diff.stderr)).not.toContain('NATC2121');
    const nodes = run('diff', 'web.yaml', 'web.yaml', '--all-nodes');
    expect(codesIn(nodes.stderr)).not.toContain('NATC2121');
  });
});

describe('natc.yaml', () => {
  test('ignores by code and object, with a reason', () => {
    write('web.yaml', service());
    configure('ignore:\n- { code: NATC2121, object: Service shop/*, reason: until June }\n');
    expect(check().stderr).toBe('no problems, 1 ignored in 1 file (1 object)\n');
    expect(run('config').stdout).toMatch(/^ignore +NATC2121 Service shop\/\* +natc\.yaml:5$/m);
    configure('ignore:\n- { code: NATC2121, object: Service blog/*, reason: until June }\n');
    const { stderr } = check();
    expect(codesIn(stderr)).toEqual(['NATC2060', 'NATC2121']);
    expect(stderr).toContain('natc.yaml:5:11: warning[NATC2060]');
    // A part of the manifests tells nothing about the rest.
    write('part.yaml', service(['NATC2121 until June']));
    expect(codesIn(check('-f', 'part.yaml').stderr)).toEqual([]);
  });

  test.each([
    ['- { code: NATC2121 }', 'natc.yaml:5:3', 'NATC2061'],
    ['- { code: NATC212, reason: x }', 'natc.yaml:5:11', 'NATC2063'],
    ['- { code: NATC2121, object: shop/web, reason: x }', 'natc.yaml:5:29', 'NATC2063'],
    ['- { code: NATC2121, object: service shop/web, reason: x }', 'natc.yaml:5:29', 'NATC2063'],
    ['- { code: NATC2121, objct: Service shop/web, reason: x }', 'natc.yaml:5:21', 'NATC2096'],
    ['- { object: Service shop/web, reason: x }', 'natc.yaml:5:', 'NATC2002'],
    ['- { code: 2121, reason: x }', 'natc.yaml:5:11', 'NATC2001'],
    ['- NATC2121', 'natc.yaml:5:3', 'NATC2001'],
  ])('says what is wrong with %s', (entry, position, code) => {
    write('web.yaml', service());
    configure(`ignore:\n${entry}\n`);
    const { stderr } = check();
    expect(stderr).toContain(position);
    expect(codesIn(stderr)).toContain(code);
  });

  test('of a node, what is ignored is no warning that apply counts or keeps', () => {
    write('web.yaml', service());
    configure('ignore:\n- { code: NATC2121, reason: until June }\n');
    const args = [
      '-f',
      'web.yaml',
      '--validate',
      'strict',
      '--dry-run',
      '--state-dir',
      join(top, 'state'),
    ];
    const onNode = (...more: string[]) =>
      natc(['apply', ...args, ...more], { cwd: top, env: { PATH: '/none' } });
    expect(codesIn(onNode().stderr)).toContain('NATC2121');
    expect(codesIn(onNode('--natc-config', 'natc.yaml').stderr)).not.toContain('NATC2121');
    // Of the one and the other nothing is said about rules in vain.
    write('web.yaml', service(['NATC3012 soon', 'bogus']));
    expect(codesIn(onNode('--natc-config', 'natc.yaml').stderr)).not.toContain('NATC2060');
  });
});

test('SARIF has what is ignored as suppressed, with the reasons', () => {
  configure(
    'ignore:\n  - { code: NATC2121, object: Service shop/web, reason: until June }\n  - code: NATC2122\n',
  );
  write('web.yaml', service(['NATC2121 asked for']));
  const sarif = JSON.parse(check('--diagnostics', 'sarif').stdout);
  const [{ results, tool }] = sarif.runs;
  const ignored = results.filter(({ ruleId }: { ruleId: string }) => ruleId === 'NATC2121');
  expect(ignored).toHaveLength(1);
  expect(ignored[0].suppressions).toEqual([
    { kind: 'external', justification: 'until June' },
    { kind: 'external', justification: 'asked for' },
  ]);
  expect(ignored[0].locations[0].physicalLocation.region.startLine).toBe(11);
  expect(tool.driver.rules[ignored[0].ruleIndex].id).toBe('NATC2121');
  const heard = results.filter(({ ruleId }: { ruleId: string }) => ruleId !== 'NATC2121');
  expect(heard.length).toBeGreaterThan(0);
  expect(heard.some((each: object) => 'suppressions' in each)).toBe(false);
});
