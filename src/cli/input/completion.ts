import { gaveWayCode } from '../../allocate/gave-way.ts';
import type { CompletedSide, CompletionSettings, WrittenSide } from '../../complete.ts';
import { type Diagnostic, hasErrors } from '../../diagnostics/diagnostic.ts';
import { parseCidr } from '../../net/cidr.ts';
import type { CompileOptions } from '../../options.ts';
import type { LockFlags } from './lock.ts';

/** The networks of a cluster of which nobody says what they are: kubeadm's, and one of IPv6 like it. */
const usualServiceNetworks = ['10.96.0.0/12', 'fd00:10:96::/112'];

/** From what a control plane with these options would allocate. What cannot be read is told elsewhere. */
export function completionSettings(options: CompileOptions): CompletionSettings {
  const { serviceCIDRs, serviceNodePortRange, validate, clusterCIDRs, nodeName, nodeIPs } = options;
  const given = serviceCIDRs.flatMap((text) => parseCidr(text.trim()) ?? []);
  const networks =
    given.length > 0 ? given : usualServiceNetworks.flatMap((text) => parseCidr(text) ?? []);
  return {
    networks: {
      services: networks.filter(
        ({ family }, index) => networks.findIndex((each) => each.family === family) === index,
      ),
      nodePorts: serviceNodePortRange,
      validate,
    },
    podNetworks: clusterCIDRs.flatMap((text) => parseCidr(text.trim()) ?? []),
    oneNode: { name: nodeName?.trim().toLowerCase(), addresses: nodeIPs },
  };
}

/** What a ruleset is warned of that holds what no cluster gave; and what was found while it was made up. */
export async function inventedFindings({
  invented,
  diagnostics,
}: CompletedSide): Promise<readonly Diagnostic[]> {
  const { isNothing } = await import('../../allocate/invented.ts');
  if (isNothing(invented)) return diagnostics;
  const count = invented.addresses.size + invented.nodePorts.size;
  return [
    ...diagnostics,
    {
      code: 'NATC3050',
      severity: 'warning',
      message: `the ruleset holds ${count} value${count === 1 ? '' : 's'} that natc made up: it is not for a node`,
      places: [{ kind: 'option', option: '--allocate', value: '' }],
      hint: 'compile what the API server holds ("kubectl get services,endpointslices -A -o yaml")',
    },
  ];
}

/**
 * Does what the control plane would, for one side or for several, one after the other. Values that a lock file has are
 * those of before; see {@link keepLock} for what becomes of it.
 */
export async function completeSides(
  sides: readonly WrittenSide[],
  options: CompileOptions,
  flags: LockFlags,
): Promise<readonly CompletedSide[]> {
  const { complete } = await import('../../complete.ts');
  const { keepLock, loadLock } = await import('./lock.ts');
  const lock = await loadLock(flags);
  const completed = complete(sides, completionSettings(options), lock);
  const last = completed.at(-1);
  if (last === undefined) return completed;
  const found = hasErrors(lock.diagnostics) ? [] : keepLock(lock, last, flags);
  // Where the values are kept, they stay.
  const told = last.diagnostics.filter(
    ({ code }) => code !== gaveWayCode || (flags.lock !== true && flags.frozenLock !== true),
  );
  const diagnostics = [...lock.diagnostics, ...told, ...found];
  return [...completed.slice(0, -1), { ...last, diagnostics }];
}
