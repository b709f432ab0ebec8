import type { Observed } from '../../backends/backend.ts';
import { hasErrors } from '../../diagnostics/diagnostic.ts';
import { nameCapabilities } from '../../host/machine/capabilities.ts';
import type { Host } from '../../host/machine/host.ts';
import { localAddresses } from '../../host/machine/local-addresses.ts';
import { listKernelRuleset } from './kernel-ruleset.ts';

/** natc's tables as the kernel lists them. */
export async function observeNftables(host: Host): Promise<Observed> {
  const { ruleset, diagnostics } = await listKernelRuleset(host, ['ip', 'ip6']);
  if (diagnostics.some(({ code }) => code === 'NATC5031')) return { kind: 'nothing' };
  if (ruleset === undefined || hasErrors(diagnostics))
    return { kind: 'unknown', diagnostics: await nameCapabilities(host, diagnostics) };
  return {
    kind: 'held',
    subject: { ruleset, nodeAddresses: await localAddresses(host), podNetworks: [] },
    notUnderstood: () => [],
  };
}
