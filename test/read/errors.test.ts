import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { inputCodes } from '../../src/diagnostics/codes/input.ts';
import { readCodes } from '../../src/diagnostics/codes/read.ts';
import { readObjects } from '../../src/read/read.ts';
import { summary } from '../support/read.ts';

/** What each fixture in fixtures/errors/NATC1* is answered with: code, positions, message. */
const expected: Readonly<Record<string, readonly string[]>> = {
  'NATC1004/empty.yaml': ['NATC1004 file empty.yaml is empty'],
  'NATC1005/only-other-kinds.yaml': [
    'NATC1005 file no Service, Endpoints, EndpointSlice, Node or KubeProxyConfiguration found, only 1 Deployment, 1 ConfigMap, 1 Service.serving.knative.dev',
  ],
  'NATC1010/colon-in-value.yaml': [
    'NATC1010 6:11-6:12 invalid YAML: a second `: ` in one line, in `see: the wiki`',
  ],
  'NATC1010/merge-of-a-string.yaml': ['NATC1010 4:7-4:10 << must be given a mapping'],
  'NATC1010/missing-colon.yaml': [
    'NATC1010 3:1-3:9 invalid YAML: expected `key: value`, got `metadata`',
  ],
  'NATC1010/unclosed-bracket.yaml': [
    'NATC1010 7:3-7:4 invalid YAML: a bracket is still open before `type: ClusterIP`',
  ],
  'NATC1010/uneven-indentation.yaml': [
    'NATC1010 5:1-5:2 invalid YAML: the line is indented like no line above',
  ],
  'NATC1011/latin-1.yaml': ['NATC1011 4:12-4:13 the byte 0xe9 at offset 50 is no valid UTF-8'],
  'NATC1011/utf-16.yaml': ['NATC1011 file utf-16.yaml is UTF-16, not UTF-8'],
  'NATC1012/byte-order-mark.yaml': [
    'NATC1012 6:12-6:13 a byte order mark (U+FEFF) inside the text',
  ],
  'NATC1012/carriage-returns.yaml': ['NATC1012 1:15-1:16 a carriage return without a line feed'],
  'NATC1012/nul.yaml': ['NATC1012 4:11-4:12 the control character U+0000 is not allowed'],
  'NATC1013/tab-in-list.yaml': ['NATC1013 6:1-6:2 a tab is used for indentation'],
  'NATC1013/tab.yaml': ['NATC1013 4:1-4:2 a tab is used for indentation'],
  'NATC1014/at-the-end.yaml': ["NATC1014 4:9-4:10 5:1-5:1 a quote is not closed: 'web"],
  'NATC1014/closed-by-the-next-quote.yaml': [
    'NATC1014 5:11-5:12 6:15-6:27 a quote is not closed: "a note',
  ],
  'NATC1014/double-quote.yaml': ['NATC1014 4:9-4:10 8:1-8:1 a quote is not closed: "web'],
  'NATC1015/duplicate-key.yaml': ['NATC1015 9:3-9:12 6:3-6:12 duplicate key "clusterIP"'],
  'NATC1015/in-a-list.yaml': ['NATC1015 15:7-15:10 13:7-13:10 duplicate key "app"'],
  'NATC1016/block.yaml': [
    'NATC1016 6:5-6:46 `{{- include "web.labels" . | nindent 4 …` is an unrendered template',
  ],
  'NATC1016/condition.yaml': [
    'NATC1016 1:1-1:26 `{{- if .Values.enabled }}` is an unrendered template',
  ],
  'NATC1016/template.json': [
    'NATC1016 4:26-4:49 `{{ .Values.clusterIP }}` is an unrendered template',
  ],
  'NATC1016/value.yaml': [
    'NATC1016 4:9-4:28 `{{ .Release.Name }}` is an unrendered template',
    'NATC1016 6:9-6:27 `{{ .Values.type }}` is an unrendered template',
  ],
  'NATC1017/list-as-key.yaml': ['NATC1017 5:7-5:18 a key must be a string'],
  'NATC1017/null-as-key.yaml': ['NATC1017 5:5-5:6 a key must be a string'],
  'NATC1018/alias-of-itself.yaml': [
    'NATC1018 5:11-5:20 the alias *metadata is inside the value it stands for',
  ],
  'NATC1018/undefined-alias.yaml': ['NATC1018 5:11-5:18 the alias *labels has no anchor before it'],
  'NATC1019/billion-laughs.yaml': ['NATC1019 8:24-8:26 aliases expand to more than 400,000 values'],
  'NATC1020/brackets.yaml': ['NATC1020 4:10-4:11 nested too deeply'],
  'NATC1020/mappings.yaml': ['NATC1020 204:202-223:223 nested more than 200 levels deep'],
  'NATC1022/missing-comma.json': [
    'NATC1022 4:3-4:13 invalid JSON: expected `,` or `}`, got `"metadata"`',
  ],
  'NATC1022/trailing-comma.json': ['NATC1022 4:32-4:33 invalid JSON: a comma before `}`'],
  'NATC1023/in-a-stream.json': [
    'NATC1023 2:26-2:27 2:1-2:2 the JSON ends in the middle, after `{"apiVersion":"v1","kind":`',
  ],
  'NATC1023/in-a-string.json': [
    'NATC1023 6:19-6:20 6:15-6:16 the JSON ends in the middle, after `"kind": "Serv`',
  ],
  'NATC1023/white-space.json': ['NATC1023 2:3-2:4 the JSON ends in the middle, after `{`'],
  'NATC1024/binary.yaml': ['NATC1024 4:18-4:22 the tag !!binary is not supported'],
  'NATC1030/array.json': ['NATC1030 1:1-1:2 the document is a list, not a Kubernetes object'],
  'NATC1030/item.yaml': ['NATC1030 8:3-8:6 the item is the string `web`, not a Kubernetes object'],
  'NATC1030/text.yaml': [
    'NATC1030 1:1-1:14 the document is the string `apiVersion=v1`, not a Kubernetes object',
  ],
  'NATC1031/cut-off-list.yaml': ['NATC1031 1:13-1:15 the object has no kind'],
  'NATC1031/kustomization.yaml': ['NATC1031 1:1-1:10 the object has no apiVersion and no kind'],
  'NATC1031/neither.yaml': ['NATC1031 1:1-1:9 the object has no apiVersion and no kind'],
  'NATC1031/no-kind.yaml': ['NATC1031 1:13-1:15 the object has no kind'],
  'NATC1031/number-as-kind.yaml': ['NATC1031 2:7-2:8 kind must be a string, got the number `5`'],
  'NATC1032/lower-case-kind.yaml': ['NATC1032 2:7-2:14 unknown kind "service"'],
  'NATC1032/v1alpha1.yaml': [
    'NATC1032 1:13-1:38 EndpointSlice of apiVersion "discovery.k8s.io/v1alpha1" is not supported',
  ],
  'NATC1061/archive.yaml': ['NATC1061 file archive.yaml is a tar archive'],
  'NATC1061/picture.yaml': ['NATC1061 file picture.yaml is no text'],
  'NATC1061/protobuf.yaml': ["NATC1061 file protobuf.yaml is in Kubernetes' protobuf encoding"],
  'NATC1061/zstd.yaml': ['NATC1061 file zstd.yaml is compressed with zstd'],
  'NATC1062/after-json.json': [
    'NATC1062 2:1-2:26 a message of kubectl among what it printed: `error: the server is gone`',
  ],
  'NATC1062/alone.yaml': [
    'NATC1062 1:1-1:58 a message of kubectl among what it printed: `error: You must be logged in to the ser…`',
  ],
  'NATC1062/before-json.json': [
    'NATC1062 1:1-1:85 a message of kubectl among what it printed: `Warning: v1 Endpoints is deprecated in …`',
  ],
  'NATC1062/in-yaml.yaml': [
    'NATC1062 4:1-4:76 a message of kubectl among what it printed: `Error from server (Forbidden): endpoint…`',
  ],
  'NATC1062/log.json': [
    'NATC1062 1:1-1:90 a message of kubectl among what it printed: `E1127 09:00:00.123456 12345 memcache.go…`',
  ],
  'NATC1062/trace.json': [
    'NATC1062 1:1-1:31 text before the JSON: `+ kubectl get services -o json`',
  ],
  'NATC1063/events.json': [
    'NATC1063 1:1-1:2 these are watch events (2 ADDED, 1 MODIFIED), not the objects of one moment',
  ],
  'NATC1063/events.yaml': [
    'NATC1063 1:1-1:5 these are watch events (1 DELETED), not the objects of one moment',
  ],
  'NATC1064/forbidden.json': [
    'NATC1064 1:1-1:2 the API server gave no list but a refusal: "services is forbidden: User \\"natc\\" cannot list resource"',
  ],
  'NATC1033/misspelt.json': ['NATC1033 4:11-6:4 this List has no items'],
  'NATC1033/items.json': ['NATC1033 4:12-4:53 items must be a list, got a mapping'],
};

test.each(Object.entries(expected))('%s', (path, summaries) => {
  const bytes = readFileSync(`fixtures/errors/${path}`);
  const { diagnostics } = readObjects([{ name: path.slice(path.indexOf('/') + 1), bytes }]);
  expect(diagnostics.map(summary)).toEqual(summaries);
  expect(diagnostics[0]?.code).toBe(path.slice(0, path.indexOf('/')));
});

/** What error-fixtures.test.ts reads; it also holds every code to have a fixture. */
const shownToUsers = /^(args|generated|expected|input)\./;

/** Told where files are read, which test/read/inputs.test.ts does. */
const collected = ['NATC1002', 'NATC1060', 'NATC1065', 'NATC1066', 'NATC1067'];

test('every fixture is listed', () => {
  const fixtures = readdirSync('fixtures/errors')
    .filter((code) => code in { ...readCodes, ...inputCodes })
    .filter((code) => !collected.includes(code))
    // Those of revisions and kustomizations, which have to be made first.
    .filter((code) => !existsSync(`fixtures/errors/${code}/directory.json`))
    .flatMap((code) => readdirSync(`fixtures/errors/${code}`).map((file) => [code, file] as const))
    .filter(([, file]) => !shownToUsers.test(file))
    .map(([code, file]) => `${code}/${file}`);
  expect(fixtures.sort()).toEqual(Object.keys(expected).sort());
});

test('a key over several lines within brackets is refused, as kubectl does', () => {
  const text = '{apiVersion: v1,\n  kind\n  of: Node,\n}\n';
  const { diagnostics } = readObjects([{ name: 'a.yaml', bytes: Buffer.from(text) }]);
  expect(diagnostics[0]).toMatchObject({
    code: 'NATC1010',
    message: 'invalid YAML: a key over several lines',
  });
});
