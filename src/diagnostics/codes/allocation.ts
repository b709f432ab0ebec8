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
      'natc compile --allocate was asked to make up what a control plane would give Services: cluster IPs, node ports, pods. A real cluster has others, so the ruleset is for reading and comparing.',
    remedy: 'For a node, compile what the API server holds.',
  },
} as const satisfies Record<string, CodeEntry>;
