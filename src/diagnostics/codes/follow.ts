import type { CodeEntry } from './entry.ts';

/** NATC513x: what happens while natc follows a cluster (`natc apply --follow`). Codes are never reused. */
export const followCodes = {
  NATC5130: {
    title: 'a watch of the cluster broke',
    explanation:
      'The API server ended a watch of Services, EndpointSlices or Nodes with an error, could not be reached, or sent what is no event. The kernel keeps the rules it has. natc goes on from the last version that came, or lists anew where the API server does not know that version any more, and waits longer from attempt to attempt, up to a minute.',
    remedy:
      'What passes by itself (a restart of the API server, 429, 5xx) needs nothing. If it goes on, see whether `kubectl get --watch services -A` works from this host with the same kubeconfig.',
  },
  NATC5131: {
    title: 'the API server does not permit the watch',
    explanation:
      '--follow lists services, nodes and endpointslices of all namespaces and then watches them, which is a permission of its own. At the start natc ends with 3; if the permission is lost later, the kernel keeps the rules it has, and natc tries again.',
    remedy:
      'Bind the user or service account to the ClusterRole in docs/deploy/daemonset.yaml: get, list and watch on services and nodes, and on endpointslices of discovery.k8s.io. `kubectl auth can-i watch services -A` asks for one of them.',
  },
} as const satisfies Record<string, CodeEntry>;
