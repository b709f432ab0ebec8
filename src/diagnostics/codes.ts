import { allocationCodes } from './codes/allocation.ts';
import { assertCodes } from './codes/assert.ts';
import { clusterCodes } from './codes/cluster.ts';
import { configurationCodes } from './codes/configuration.ts';
import { confirmCodes } from './codes/confirm.ts';
import type { CodeEntry } from './codes/entry.ts';
import { followCodes } from './codes/follow.ts';
import { hostCodes } from './codes/host.ts';
import { inputCodes } from './codes/input.ts';
import { kubeProxyCodes } from './codes/kube-proxy.ts';
import { modelCodes } from './codes/model.ts';
import { nodeCodes } from './codes/node.ts';
import { planCodes } from './codes/plan.ts';
import { readCodes } from './codes/read.ts';
import { riskCodes } from './codes/risks.ts';
import { rulesetCodes } from './codes/ruleset.ts';
import { selectionCodes } from './codes/selection.ts';
import { serveCodes } from './codes/serve.ts';
import { stateCodes } from './codes/state.ts';
import { validationCodes } from './codes/validation.ts';

/** Every diagnostic code, with its documentation. The digit after NATC is the stage. */
export const codes = {
  ...readCodes,
  ...allocationCodes,
  ...inputCodes,
  ...modelCodes,
  ...configurationCodes,
  ...selectionCodes,
  ...validationCodes,
  ...planCodes,
  ...rulesetCodes,
  ...kubeProxyCodes,
  ...hostCodes,
  ...nodeCodes,
  ...confirmCodes,
  ...clusterCodes,
  ...followCodes,
  ...stateCodes,
  ...riskCodes,
  ...serveCodes,
  ...assertCodes,
} as const satisfies Record<string, CodeEntry>;

export type DiagnosticCode = keyof typeof codes;
