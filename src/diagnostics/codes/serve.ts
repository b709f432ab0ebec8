import type { CodeEntry } from './entry.ts';

/** NATC5150 to NATC5169: what natc serves while it follows a cluster. */
export const serveCodes = {
  NATC5150: {
    title: 'a server of natc cannot listen',
    explanation:
      'With --follow, natc answers /healthz and /livez at --healthz-bind-address, and /metrics at --metrics-bind-address. The system did not give it that address. The cluster is followed and the kernel kept up to date all the same; whoever asks there hears nothing of natc, or hears another program.',
    remedy:
      'See with ss -ltnp which program listens there; a kube-proxy that still runs has the same two ports. End it, or give natc another address. natc tries again at each sync, and every 30 seconds.',
  },
  NATC5151: {
    title: 'a health check is not served',
    explanation:
      'A Service of type LoadBalancer with externalTrafficPolicy Local has a port, spec.healthCheckNodePort, at which its load balancer asks each node whether it has endpoints. The system did not give natc that port, so that the load balancer takes this node for one without endpoints and sends it nothing. All other health checks are served.',
    remedy:
      'See with ss -ltnp which program listens there; a kube-proxy that still runs serves the same ports. natc tries again at each sync, and every 30 seconds.',
  },
  NATC5152: {
    title: 'the service manager cannot be told',
    explanation:
      'NOTIFY_SOCKET is set: whoever started natc, systemd mostly, wants to be told when it is ready, stops, or is still alive. natc tells it through the program systemd-notify, which is not there, failed, or is not trusted. natc works all the same, but a unit of Type=notify does not count as started, and is ended after TimeoutStartSec; with WatchdogSec it is started anew again and again.',
    remedy:
      'Install systemd-notify, which is part of systemd. Without it, use Type=exec and no WatchdogSec in the unit, and ask /livez instead. The unit needs NotifyAccess=all, because it is not natc itself that sends.',
  },
  NATC5153: {
    title: 'a health check that rules do not answer',
    explanation:
      'A Service of type LoadBalancer with externalTrafficPolicy Local has a port, spec.healthCheckNodePort, at which its load balancer asks each node over HTTP whether it has endpoints, and sends those nothing that do not answer 200. An answer takes a process that listens; a ruleset has none. What natc compiles is complete without it.',
    remedy:
      'Run natc apply --from-cluster --follow on the nodes, which answers as kube-proxy does (docs/follow.md). With natc apply from cron something else has to answer there, or the load balancer has to be told to ask elsewhere.',
  },
} as const satisfies Record<string, CodeEntry>;
