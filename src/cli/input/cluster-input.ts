import { commandDefaults } from '../../command-options.ts';
import { type Diagnostic, hasErrors } from '../../diagnostics/diagnostic.ts';
import type { ListMemory } from '../../host/cluster/list-cluster.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { CompileFlags } from '../shared-options.ts';

/**
 * Lists what the flags say of a cluster; see {@link listCluster}.
 *
 * @param memory where the lists of the last run may be; undefined: all is listed
 * @param withPods whether manifests are laid on it, so that what a selector would find matters
 */
export async function listInputs(
  { kubeconfig, context, requestTimeout }: CompileFlags,
  memory?: ListMemory,
  withPods = false,
) {
  const { listCluster } = await import('../../host/cluster/list-cluster.ts');
  const { largestInput } = await import('../../read/inputs.ts');
  return listCluster(
    {
      kubeconfig,
      context,
      requestTimeout: requestTimeout ?? commandDefaults.requestTimeout,
      environment: process.env,
    },
    largestInput,
    undefined,
    memory,
    withPods,
  );
}

/** Codes of what keeps a cluster from being listed. */
const clusterCode = /^NATC507\d$/;

/**
 * How a command ends for which the input is not good enough: an API server that gives no list is a host
 * that refuses, everything else is for the user to put right.
 */
export function exitWithoutOutput(diagnostics: readonly Diagnostic[]): ExitCode {
  const isRefused = diagnostics.some((each) => hasErrors([each]) && clusterCode.test(each.code));
  return isRefused ? exitCodes.hostRefused : exitCodes.cannotAnswer;
}
