import type { CodeEntry } from './entry.ts';

/** NATC1xxx: see docs/reference. Codes are never reused. */
export const readCodes = {
  NATC1001: {
    title: 'cannot read input',
    explanation:
      'A file or directory that was named does not exist, or may not be read. natc reads files, directories and stdin (`-`), no URLs.',
    remedy: 'Check the path and its permissions; for a URL, pipe its content into `natc ... -f -`.',
  },
  NATC1002: {
    title: 'directory without manifests',
    explanation:
      'A directory that was named holds no .yaml, .yml or .json file, nor does any directory below it. Names that begin with a dot are passed over.',
    remedy:
      'Name the directory that holds the manifests, or give a file with another name directly.',
  },
  NATC1003: {
    title: 'input too large',
    explanation:
      'One input is larger than 256 MiB, which is more than 40,000 Services with ten endpoints each take as YAML.',
    remedy:
      'Give natc only Services, Endpoints, EndpointSlices and Nodes, e.g. `kubectl get services,endpointslices,nodes -A -o json`, or split the input into several files.',
  },
  NATC1004: {
    title: 'empty input',
    explanation:
      'A file or stdin has no content at all. Often the command that should have written it has failed.',
    remedy: 'Check the command that writes the input, or leave the file out.',
  },
  NATC1005: {
    title: 'no objects found',
    explanation:
      'None of the inputs holds a Service, Endpoints, EndpointSlice, Node or KubeProxyConfiguration. Compiling nothing would remove every rule, which is hardly ever meant.',
    remedy: 'Check what was given with --filename.',
  },
  NATC1010: {
    title: 'YAML syntax error',
    explanation:
      'A document is no valid YAML. The first error of the document is shown; what comes after it is mostly its consequence.',
    remedy: 'Correct the text at the place shown, or just before it.',
  },
  NATC1011: {
    title: 'invalid UTF-8',
    explanation:
      'The input holds bytes that are no UTF-8 text. It may be in another encoding (PowerShell redirects as UTF-16), compressed, or no text at all.',
    remedy: 'Save the file as UTF-8.',
  },
  NATC1012: {
    title: 'control character',
    explanation:
      'The text holds a character that neither YAML nor JSON allows, such as NUL, or a carriage return that does not belong to a line break.',
    remedy:
      'Remove the character; in a quoted YAML string or in JSON write it as an escape such as `\\u0000`.',
  },
  NATC1013: {
    title: 'tab indentation',
    explanation: 'A line is indented with a tab. YAML allows only spaces there.',
    remedy: 'Replace the tab with spaces.',
  },
  NATC1014: {
    title: 'unclosed quote',
    explanation: 'A quoted YAML string has no closing quote, or loses it to a quote further down.',
    remedy: 'Close the quote where the string ends.',
  },
  NATC1015: {
    title: 'duplicate key',
    explanation:
      'A YAML mapping gives one key twice, and only one of the two could take effect. (In JSON the last one counts, as in every JSON reader of Kubernetes.)',
    remedy: 'Remove one of the two.',
  },
  NATC1016: {
    title: 'unrendered template',
    explanation:
      'The text holds a template action of Helm or Go, `{{ ... }}`, where a value is needed: the manifest has not been rendered.',
    remedy:
      'Run `helm template` (or the tool the template belongs to) first and give natc its output.',
  },
  NATC1017: {
    title: 'key is no string',
    explanation:
      'A YAML mapping has a key that is a list, a mapping or null. Kubernetes objects have only strings as keys.',
    remedy: 'Write the key as text, in quotes where YAML would read it otherwise.',
  },
  NATC1018: {
    title: 'undefined alias',
    explanation:
      'A YAML alias (`*name`) has no anchor (`&name`) before it in the same document, or stands inside its own value.',
    remedy: 'Define the anchor first, or quote the value when it is meant to begin with `*`.',
  },
  NATC1019: {
    title: 'too many aliases',
    explanation:
      'The aliases of a YAML document stand for more values than kubectl would write out. Documents like this are made to exhaust memory.',
    remedy: 'Write the values out.',
  },
  NATC1020: {
    title: 'nested too deeply',
    explanation: 'A YAML document nests mappings and lists deeper than any Kubernetes object.',
    remedy: 'Check the brackets and the indentation.',
  },
  NATC1021: {
    title: 'document too large for the full YAML reader',
    explanation:
      'natc reads JSON, and YAML as kubectl prints it, in any size. A document that uses more of YAML is read by a slower reader that needs much memory, and only up to 16 MiB.',
    remedy:
      'Write the input as JSON (`kubectl get ... -o json`) or in plain block style, or split the document.',
  },
  NATC1022: {
    title: 'JSON syntax error',
    explanation: 'The text begins as JSON but is not valid JSON (nor YAML in flow style).',
    remedy: 'Correct the text at the place shown.',
  },
  NATC1023: {
    title: 'truncated JSON',
    explanation:
      'The JSON ends in the middle of a value. Often the command that wrote it was stopped, or the disk was full.',
    remedy:
      'Write the file again, and check that the command succeeds (`set -o pipefail` in a shell pipe).',
  },
  NATC1024: {
    title: 'unsupported YAML tag',
    explanation: 'A value carries the tag !!binary, which no field that natc reads can have.',
    remedy: 'Write the value as a string.',
  },
  NATC1030: {
    title: 'document is no object',
    explanation:
      'A document, or an item of a List, is a string, a number or a list, where a Kubernetes object (a mapping) is needed.',
    remedy:
      'Give each object its own document; wrap a JSON array as `{"apiVersion": "v1", "kind": "List", "items": [...]}`.',
  },
  NATC1031: {
    title: 'object without apiVersion or kind',
    explanation:
      'A document has no apiVersion or no kind, so it is no Kubernetes object. A List that kubectl printed and that was cut off lacks its kind too, which comes last.',
    remedy: 'Add the missing field, or give natc only manifests.',
  },
  NATC1032: {
    title: 'unsupported apiVersion',
    explanation:
      'An object has a kind that natc reads, in an apiVersion that natc does not read. Leaving it out would change what happens to packets.',
    remedy:
      'Use v1 for Service, Endpoints and Node, discovery.k8s.io/v1 for EndpointSlice, kubeproxy.config.k8s.io/v1alpha1 for KubeProxyConfiguration.',
  },
  NATC1033: {
    title: 'items is no list',
    explanation: 'The `items` of a List object is something else than a list.',
    remedy: 'Write `items` as a list of objects.',
  },
} as const satisfies Record<string, CodeEntry>;
