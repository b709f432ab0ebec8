import type { CodeEntry } from './entry.ts';

/** NATC507x: what keeps `--from-cluster` from a whole list. Codes are never reused. */
export const clusterCodes = {
  NATC5070: {
    title: 'the API server cannot be reached',
    explanation:
      'No connection to the API server that the kubeconfig or the service account names came about. Nothing was changed. A node that natc serves must not reach the API server through the `kubernetes` Service, which is one of those that natc is there to serve.',
    remedy:
      'Try the address with curl from the same host. In a pod, set KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT to an address that works without Services.',
  },
  NATC5071: {
    title: 'the API server does not permit the list',
    explanation:
      'The credentials were not accepted (401), or they do not permit to list this kind of object (403). natc lists services, nodes and endpointslices of all namespaces, and takes no part of them for the whole. Nothing was changed.',
    remedy:
      'Bind the user or service account to the ClusterRole in docs/deploy/daemonset.yaml: get, list and watch on services and nodes, and on endpointslices of discovery.k8s.io. `kubectl auth can-i list services -A` asks for one of them.',
  },
  NATC5072: {
    title: 'the API server failed to give a list',
    explanation:
      'The API server answered with an error, or the connection broke before the list was there, twice where trying again could help. A list of which a page is missing is none: nothing was changed.',
    remedy:
      'Read what the API server says. What passes by itself (5xx, 429) is over at the next run.',
  },
  NATC5073: {
    title: "the API server's certificate is not trusted",
    explanation:
      'The API server showed a certificate that the CA of the kubeconfig or the service account did not sign, that is for another name, or that is not valid today. Whoever answered may not be the API server: no credentials were sent, and nothing was changed.',
    remedy:
      "Put the cluster's CA into the kubeconfig (certificate-authority), and use a server name that the certificate has, or set tls-server-name. Look at the clock of this host.",
  },
  NATC5074: {
    title: 'a list from the API server is not whole',
    explanation:
      'The API server answered, but with something that is no list, is cut off, belongs to another moment than the pages before it, or is larger than natc reads. Nothing was changed.',
    remedy:
      'Run natc again. If it happens each time, look for a proxy or load balancer that changes or cuts answers.',
  },
  NATC5075: {
    title: 'the kubeconfig cannot be used',
    explanation:
      '--from-cluster needs a kubeconfig (--kubeconfig, $KUBECONFIG or ~/.kube/config) with a context, cluster and user, or the service account of a pod. It is missing, cannot be read, or does not hold what it should. Nothing was changed.',
    remedy: 'See whether `kubectl --kubeconfig FILE --context NAME get nodes` works.',
  },
  NATC5076: {
    title: 'the credential plugin failed',
    explanation:
      'The user of the kubeconfig has its credentials from a program (exec). It could not be started, failed, took longer than --request-timeout, or printed no ExecCredential. Nothing was changed.',
    remedy:
      'Run the program as the user that natc runs as. It has no terminal there, and only the environment of the unit, cron job or container.',
  },
  NATC5077: {
    title: 'the API server did not answer in time',
    explanation:
      'One request, its answer included, took longer than --request-timeout. Nothing was changed.',
    remedy: 'Find out why the API server is slow, or give it more time with --request-timeout.',
  },
  NATC3061: {
    title: 'pods that may not be listed',
    explanation:
      'Manifests are laid on a cluster, and the API server does not let natc list its pods. Where a manifest gives a Service another selector, pods of the cluster that it finds are not known; such a Service is told as not compared (NATC3045), unless the manifests say what it finds.',
    remedy:
      'Allow it: a ClusterRole with `list` on `pods`. Or list with kubectl what natc shall know, and name the file with --base.',
  },
} as const satisfies Record<string, CodeEntry>;
