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
  NATC1065: {
    title: 'files that are no manifests',
    explanation:
      'Directories hold other files beside manifests: values.yaml and Chart.yaml of Helm charts, package.json, workflows. Of what natc finds in a directory, or with a pattern, it passes over files in which nothing has an apiVersion and a kind, counts them, and with -v lists them. A file in which something has one of the two, or that cannot be read to its end, is an error all the same, and so is a file without objects that is named itself.',
    remedy: 'Nothing, if these files are no manifests. --exclude leaves others out.',
  },
  NATC1066: {
    title: 'templates of a Helm chart',
    explanation:
      'A directory holds a Helm chart, and below its `templates` there are files with template actions, `{{ ... }}`. What objects they become depends on values, which Helm puts in; natc reads none of them.',
    remedy:
      'Give natc the output of `helm template`, or leave the templates out with `--exclude templates`.',
  },
  NATC1067: {
    title: 'everything excluded',
    explanation:
      'All files that would be read are left out by --exclude, or by `exclude` in natc.yaml.',
    remedy:
      'Correct the pattern. Without a slash it is the name of files and directories anywhere; with one it is a path.',
  },
  NATC3060: {
    title: 'pattern that excludes nothing',
    explanation:
      'A pattern of --exclude matches no manifest and no directory that natc would read, on any side of a comparison. Perhaps it is misspelt, and what was to be left out is compiled. Names that begin with a dot, and files that end in neither .yaml, .yml nor .json, are not read anyway.',
    remedy:
      'Correct the pattern, or leave it out. One without a slash is the name of a file or directory anywhere, one with a slash a path from the working directory or from the directory that is read.',
  },
} as const satisfies Record<string, CodeEntry>;
