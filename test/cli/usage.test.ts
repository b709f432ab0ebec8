/** Mistaken but reasonable command lines: each is done, or answered with the one that is right. */
import { describe, expect, test } from 'vitest';
import { natcInProcess } from '../support/terminal.ts';

/** Says what is wrong, and names what would do. */
const answers: readonly (readonly [line: string, answer: string])[] = [
  ['get services', 'natc list shows the Services'],
  ['get svc -n shop', 'natc list shows the Services'],
  ['describe service web', 'natc list shows the Services'],
  ['lint', 'natc check reports everything wrong'],
  ['validate web.yaml', 'natc check reports everything wrong'],
  ['render -f web.yaml', 'natc compile makes a ruleset'],
  ['plan', 'natc diff live MANIFESTS says what changes for packets'],
  ['delete', 'natc cleanup removes'],
  ['undo', 'natc rollback goes back'],
  ['trace 10.0.0.1 10.0.0.2:80', 'natc explain FROM TO'],
  ['watch', 'a timer runs natc apply again'],
  ['exposure web.yaml', 'natc reach lists what answers'],
  ['reach --from outsid web.yaml', 'outside, pods, node, anyone, or a CIDR'],
  ['reach web.yaml --live', "cannot be used with a path, 'web.yaml'"],
  ['assert web.yaml', 'name what is to hold: -r rules.yaml'],
  ['assert -r a.yaml --live --backend iptables', '--backend iptables needs manifests: -f'],
  ['policy -f rules.yaml', 'natc assert -r RULES judges'],
  ['NATC2001', 'natc explain-code NATC2001'],
  ['web.yaml', 'natc check web.yaml'],
  ['fixtures/example', 'natc check fixtures/example'],
  ['https://example.com/web.yaml', 'curl -fsSL https://example.com/web.yaml | natc check -'],
  ['--file web.yaml', 'natc check -f web.yaml'],
  ['-f web.yaml', 'natc check -f web.yaml'],
  ['-f web.yaml check', 'natc check -f web.yaml'],
  ['-v', 'Did you mean --version?'],
  ['chek', '(Did you mean check?)'],
  ['check --file web.yaml', 'Did you mean -f, --filename <path>?'],
  ['check --manifests web.yaml', 'Did you mean -f, --filename <path>?'],
  ['check --strict web.yaml', 'Did you mean --validate <mode>?'],
  ['check --werror web.yaml', 'Did you mean --fail-on <severity>?'],
  ['check -o json web.yaml', 'Did you mean --diagnostics <format>?'],
  ['check --nod-name a web.yaml', '(Did you mean --node-name?)'],
  ['apply -k overlays/prod', 'kubectl kustomize DIRECTORY | natc apply -f -'],
  ['check --dry-run web.yaml', '--dry-run is an option of natc apply.'],
  ['compile -n shop web.yaml', 'Services of all namespaces; natc list'],
  ['compile -A web.yaml', 'Services of all namespaces; natc list'],
  ['compile -o web.nft web.yaml', '--out-file web.nft'],
  ['compile -o wide web.yaml', 'Did you mean natc list -o wide?'],
  ['compile -o iptable web.yaml', 'Did you mean iptables?'],
  ['apply --proxy-mode iptables web.yaml', 'Did you mean --backend <backend>?'],
  ['apply --timeout 1m web.yaml', 'Did you mean --confirm-timeout <time>?'],
  ['list services', "'services' is no file"],
  ['list -o jsn web.yaml', 'Did you mean json?'],
  ['list --from-cluster web.yaml', "cannot be used with a path, 'web.yaml'"],
  ['explain 10.0.0.1 10.0.0.2:80 web.yaml --live', "cannot be used with a path, 'web.yaml'"],
  ['explain shop/web:80', 'natc explain FROM shop/web:80'],
  ['explain NATC2001', 'natc explain-code NATC2001'],
  ['explain 10.0.0.1 fixtures/example', 'natc explain 10.0.0.1 TO fixtures/example'],
  ['explain 10.0.0.1', 'name a destination'],
  ['explain 10.0.0.1 10.0.0.2:80 -n shop', '-n and -l choose a Service'],
  ['diff live a.yaml --view kernel -n shop', '--view kernel shows all of it'],
  ['list -l app=(a) web.yaml', 'expected a value, got "("'],
  ['diff a.yaml', 'natc diff live a.yaml'],
  ['diff live', 'natc diff live MANIFESTS'],
  ['diff', 'Name both sides: natc diff OLD NEW'],
  ['diff -f a.yaml -f b.yaml', 'The two sides have no flag: natc diff OLD NEW'],
  ['diff a.yaml b.yaml c.yaml', 'A side is one path'],
  ['explain', 'natc explain FROM TO'],
  ['explain-code', 'natc explain-code NATC2001'],
  ['completion', 'natc completion bash'],
  ['status web.yaml', 'natc diff live web.yaml'],
  ['config natc.yaml', 'named with --natc-config'],
  ['cleanup web.yaml', 'apply the others'],
  ['check https://example.com/a.yaml', 'curl -fsSL https://example.com/a.yaml | natc check -'],
  [
    'apply -f https://example.com/a.yaml --node-name a',
    'curl -fsSL https://example.com/a.yaml | natc apply -f - --node-name a',
  ],
  [
    'diff https://example.com/a.yaml b.yaml',
    'curl -fsSL https://example.com/a.yaml | natc diff - b.yaml',
  ],
  ['check https://a.io/a.yaml https://a.io/b.yaml', 'curl -fsSLO https://a.io/a.yaml'],
  ['check - https://a.io/a.yaml', 'curl -fsSLO https://a.io/a.yaml'],
  ['check file:///web.yaml', 'Name the file itself.'],
  ['check git://example.com/repository', 'Fetch it first'],
];

const argsOf = (line: string): readonly string[] => (line === '' ? [] : line.split(' '));

describe('a wrong command line', () => {
  test.each(answers)('natc %s', async (line, answer) => {
    const run = await natcInProcess(argsOf(line));
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    const [first = '', ...rest] = run.stderr.trimEnd().split('\n');
    expect(first).toMatch(/^natc: /);
    expect(run.stderr).toContain(answer);
    expect(rest.at(-1)).toMatch(/^See 'natc.* --help'\.$/);
  });

  test('is repeated so that a shell reads it back', async () => {
    const url = "https://example.com/a?b=1&c='2'";
    const { stderr } = await natcInProcess(['check', url, '--node-name', 'a b']);
    expect(stderr).toContain(
      String.raw`curl -fsSL 'https://example.com/a?b=1&c='\''2'\''' | natc check - --node-name 'a b'`,
    );
  });
});

const manifests = 'fixtures/example/manifests';
const service = '172.30.1.10:80/tcp';

/** What works as it is typed, though the help says it otherwise. */
describe('a command line from habit', () => {
  test.each([
    [`list ${manifests} -A -q`, 'shop '],
    [`list -R -f ${manifests} --all-namespaces -q`, 'shop '],
    [`list ${manifests} -n kube-system -q -o name`, 'kube-system/kube-dns'],
    [`check ${manifests}/.. --no-natc-config --no-kernel --no-sysctl -q`, ''],
    [`compile ${manifests}/shop/web.yaml -q`, 'table ip natc'],
    [`explain 10.180.0.7 ${manifests} --service web:http -q`, service],
    [`explain 10.180.0.7 shop/web:http ${manifests} -q`, service],
    [`explain 10.180.0.7 web:http ${manifests} -n shop -q`, service],
    [`explain 10.180.0.7 --service shop/web:http ${manifests} -A -q`, service],
    [`explain 10.180.0.7 172.30.1.10:80 ${manifests} -q`, service],
    [`diff ${manifests} ${manifests} -q`, ''],
    ['help list', 'Usage: natc list'],
    ['list -h', 'Usage: natc list'],
    ['check --version', '0.'],
  ])('natc %s', async (line, expected) => {
    const run = await natcInProcess(argsOf(line));
    expect(run.stderr).toBe('');
    expect(run.stdout).toContain(expected);
    expect(run.exitCode).toBe(0);
  });
});
