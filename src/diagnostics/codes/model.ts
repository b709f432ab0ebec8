import type { CodeEntry } from './entry.ts';

/** NATC2xxx: see docs/reference. Codes are never reused. */
export const modelCodes = {
  NATC2001: {
    title: 'wrong type of value',
    explanation:
      'A field holds a value of another type than Kubernetes defines for it, for instance a number in quotes or a single value where a list belongs. The API server would not be able to decode the object.',
    remedy: 'Write the value as the message says. In YAML, quotes make a string of a number.',
  },
  NATC2002: {
    title: 'missing field',
    explanation: 'A field that the object cannot do without is absent, null or empty.',
    remedy: 'Add the field.',
  },
  NATC2003: {
    title: 'number out of range',
    explanation: 'A number lies outside the range that the API server accepts for the field.',
    remedy: 'Use a number within the range that the message gives.',
  },
  NATC2004: {
    title: 'unknown value',
    explanation:
      'A field takes one of a few words, spelled exactly, and holds another. A port whose protocol is unknown is left out with --validate warn; other such fields are read as if they were absent.',
    remedy: 'Use one of the words that the message lists; upper and lower case matter.',
  },
  NATC2005: {
    title: 'invalid name',
    explanation:
      'A name does not keep to the rule of DNS names that Kubernetes has for it. With --validate warn the object or port of that name is left out.',
    remedy: 'Rename it, in the objects that refer to it too.',
  },
  NATC2010: {
    title: 'invalid IP address',
    explanation: 'A field holds something that is no IPv4 or IPv6 address.',
    remedy: 'Write an address without prefix length, port or zone.',
  },
  NATC2011: {
    title: 'ambiguous spelling of an IP address',
    explanation:
      'An IPv4 address has octets with leading zeros, or is written as an IPv6 address (::ffff:a.b.c.d). kube-proxy reads such octets as decimal, many other programs as octal. natc reads them as kube-proxy does.',
    remedy: 'Write the address in its usual form, which the message gives.',
  },
  NATC2012: {
    title: 'forbidden address',
    explanation:
      'The address is unspecified, loopback, link-local or multicast. Such an address names no machine that a Service could send traffic to or be reached under, and would let a Service take over traffic of the node itself. With --validate warn it is left out.',
    remedy: 'Give the address of a pod or of another machine.',
  },
  NATC2013: {
    title: 'invalid CIDR',
    explanation: 'A field holds something that is no network in the form address/length.',
    remedy: 'Write, for example, 10.1.0.0/16 or 2001:db8::/64.',
  },
  NATC2024: {
    title: 'invalid targetPort',
    explanation:
      'A targetPort is neither a number from 1 to 65535 nor the name of a container port. natc does not use it (endpoints bring their own port numbers), but the API server refuses it.',
    remedy: 'Write a number without quotes, or a port name.',
  },
  NATC2050: {
    title: 'address of another family than the slice',
    explanation:
      'All addresses of an EndpointSlice are of the family that its addressType names. With --validate warn the endpoint is left out.',
    remedy: 'Move the endpoint to a slice of the right addressType.',
  },
  NATC2080: {
    title: 'invalid address in an option',
    explanation: 'An option that takes addresses or networks was given something else.',
    remedy: 'Correct the option, or the field of the KubeProxyConfiguration that it came from.',
  },
} as const satisfies Record<string, CodeEntry>;
