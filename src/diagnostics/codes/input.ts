import type { CodeEntry } from './entry.ts';

/** NATC106x: input that is no manifest, or holds something else too. Codes are never reused. */
export const inputCodes = {
  NATC1060: {
    title: 'damaged gzip data',
    explanation:
      'The input begins as gzip data, which natc decompresses, but it ends too early, its checksum is wrong, or something else follows it.',
    remedy: 'Write or fetch the file again; `gzip -t FILE` checks it.',
  },
  NATC1061: {
    title: 'no text',
    explanation:
      'The input is binary: compressed with something else than gzip, an archive, Kubernetes objects in protobuf, or no manifest at all.',
    remedy:
      'Decompress or unpack it first, and give natc YAML or JSON; of what gzip compressed natc takes care.',
  },
  NATC1062: {
    title: 'message in the middle of the output',
    explanation:
      'Between the objects stands a line that is none of them: a warning, an error or a line of the log of kubectl, which came in with `2>&1`, or what another program wrote before the JSON begins. Where YAML can be read in spite of it and it is a warning, natc warns; after an error objects may be missing.',
    remedy:
      'Send only the output of kubectl to natc (`kubectl ... | natc ... -f -`, without `2>&1`), and see that kubectl succeeds.',
  },
  NATC1063: {
    title: 'watch events',
    explanation:
      'The input is what the API server sends to whoever watches: objects as they were added, changed and deleted, each in an envelope. What the cluster holds follows from all events from the beginning on, so natc takes none of them for it.',
    remedy:
      'List the objects: `kubectl get services,endpointslices,nodes -A -o json`, without --watch.',
  },
  NATC1064: {
    title: 'refusal of an API server',
    explanation:
      'Where the objects should be stands the answer of an API server (kind Status) that it does not give them: no permission, a wrong address, an old token.',
    remedy:
      'Put right what the message complains of. curl writes such answers to its output and succeeds; --fail changes that.',
  },
} as const satisfies Record<string, CodeEntry>;
