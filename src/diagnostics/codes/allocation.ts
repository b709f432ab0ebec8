import type { CodeEntry } from './entry.ts';

/** What natc says while it does what the control plane would do to manifests. Codes are never reused. */
export const allocationCodes = {
  NATC2150: {
    title: 'dual-stack Service in a single-stack cluster',
    explanation:
      'ipFamilyPolicy is RequireDualStack, but the networks of --service-cidr are of one family. The API server refuses the Service.',
    remedy:
      'Set ipFamilyPolicy to PreferDualStack, or give networks of both families with --service-cidr.',
  },
  NATC2151: {
    title: 'family that the cluster does not have',
    explanation:
      'ipFamilies names a family of which --service-cidr has no network. The API server refuses the Service.',
    remedy: 'Correct ipFamilies, or give a network of the family with --service-cidr.',
  },
  NATC2152: {
    title: 'nothing left to allocate',
    explanation:
      'All addresses of --service-cidr, or all ports of --service-node-port-range, are in use. The API server refuses the Service.',
    remedy: 'Give the range as the API server has it, or one that is larger.',
  },
  NATC2153: {
    title: 'update that the API server refuses',
    explanation:
      'With --base, a manifest is an update of the object of the same name there, and gives a field another value that may not change: the cluster IP, the first IP family, the class of a load balancer, or the health-check node port. The API server refuses the update.',
    remedy: 'Leave the field out of the manifest, or delete the Service before it is made again.',
  },
  NATC2154: {
    title: 'Service that kubectl apply does not delete',
    explanation:
      'With --base, the cluster holds a Service that the old side of a diff has and the new one has not. `kubectl apply` deletes nothing, so it stays as the old side leaves it, and the diff says nothing of it.',
    remedy:
      'Delete the Service in the cluster. Where whatever applies the manifests deletes what is missing, as Argo CD and Flux do, give --prune.',
  },
  NATC2155: {
    title: 'lock file that cannot be taken',
    explanation:
      '--frozen-lock or --lock-file names a lock file that is not there, or natc.lock.yaml lies where somebody else could have put it.',
    remedy: 'Write it with --lock and keep it in Git, or name it with --lock-file.',
  },
  NATC2156: {
    title: 'value that the lock file has not',
    explanation:
      'With --frozen-lock, natc makes nothing up that natc.lock.yaml does not have. A Service or a workload is new, or what the file has for it cannot be taken any more: another object gives the value itself, or it lies in no network.',
    remedy: 'Run the command with --lock, and commit the file.',
  },
  NATC2157: {
    title: 'value of the lock file that nothing needs',
    explanation:
      'With --frozen-lock, natc.lock.yaml has a value for an object that is gone, or that needs it no more.',
    remedy: 'Run the command with --lock, and commit the file.',
  },
  NATC2158: {
    title: 'lock file that natc did not write',
    explanation:
      'natc.lock.yaml holds a key that natc does not know, a value of a wrong type, or not one NatcLock. Nothing of it is taken, since what is misspelt would be made up anew.',
    remedy: 'Correct it, or write it anew with --lock.',
  },
  NATC3047: {
    title: "targetPort that is no container's port",
    explanation:
      "A Service's targetPort is a name, and a workload that its selector finds has no container port of that name and protocol. The control plane lists its pods without that port, so they get no connections to it.",
    remedy: 'Give the port its name in the pod template, or correct targetPort.',
  },
  NATC3048: {
    title: 'supposed of pods',
    explanation:
      'Manifests do not say everything of pods: how many an autoscaler makes, whether somebody meets a readiness gate, whether a job runs. natc supposes the least number, and that pods become ready and run.',
    remedy: 'Nothing; give EndpointSlices where it matters.',
  },
  NATC3049: {
    title: 'pods without room',
    explanation:
      'A workload wants more pods than fit on the nodes of the input, by nodeSelector, nodeName, taints and the ports of host-network pods, or more than natc looks at. The others are no endpoints.',
    remedy: 'Nothing if that is meant; otherwise look where the pods may run.',
  },
  NATC3050: {
    title: 'invented values in a ruleset',
    explanation:
      'natc compile --allocate or --base was asked to make up what a control plane would give Services: cluster IPs, node ports, pods. A real cluster has others, so the ruleset is for reading and comparing.',
    remedy: 'For a node, compile what the API server holds.',
  },
  NATC3062: {
    title: 'value that gave way to that of another Service',
    explanation:
      'What natc makes up for a Service is a hash of its name, in a range with fewer values than there are names: two Services may hash to the same one, or to one that a manifest gives. One of them has it then, and the other takes another. Which value that is depends on the Services around it, so that it may change, in a ruleset that is kept in Git, when another Service is added or removed. Nothing is wrong with it.',
    remedy:
      'Keep the values with --lock, or give one of the Services a value of its own (clusterIP, nodePort). Within a diff, and on top of a cluster (--base), a Service keeps what it had in any case.',
  },
} as const satisfies Record<string, CodeEntry>;
