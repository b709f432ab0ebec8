import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { checkClaimPolicies } from './checks/claim-policies.ts';
import { clusterIPEndpoints } from './checks/cluster-ip-endpoints.ts';
import { endpointsUse } from './checks/endpoints-use.ts';
import { unansweredHealthChecks } from './checks/health-checks.ts';
import { ignoredEndpoints } from './checks/ignored-endpoints.ts';
import { nodePortSurprises } from './checks/node-ports.ts';
import type { Check, Planned } from './checks/planned.ts';
import { weakServiceFields } from './checks/service-fields.ts';
import { thisNode } from './checks/this-node.ts';
import { missingTopologyHints } from './checks/topology-hints.ts';
import { unservedServices } from './checks/unserved-services.ts';
import { withoutEndpoints } from './checks/without-endpoints.ts';

const checks: readonly Check[] = [
  unservedServices,
  thisNode,
  nodePortSurprises,
  weakServiceFields,
  endpointsUse,
  ignoredEndpoints,
  withoutEndpoints,
  clusterIPEndpoints,
  checkClaimPolicies,
  missingTopologyHints,
  unansweredHealthChecks,
];

/** Everything there is to say about a finished plan, in a fixed order. */
export const checkPlan = (planned: Planned): readonly Diagnostic[] =>
  checks.flatMap((check) => check(planned));
