import { type Diagnostic, hasErrors } from '../../diagnostics/diagnostic.ts';
import { collectNotUnderstood } from '../../diff/listed-traffic.ts';
import type { Backend } from '../../live/backend-name.ts';
import type { Host } from '../../live/host.ts';
import type { SurveySubject } from '../../reach/survey.ts';

/** What the kernel holds of natc's before an apply, to be compared with. */
export type Held =
  | {
      readonly kind: 'held';
      readonly subject: SurveySubject;
      /** Rules that packets met and that natc does not know, once questions were asked. */
      readonly notUnderstood: () => readonly string[];
    }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'unknown'; readonly diagnostics: readonly Diagnostic[] };

export const heldByKernel = (host: Host, backend: Backend): Promise<Held> =>
  backend === 'iptables' ? heldByIptables(host) : heldByNftables(host);

async function heldByNftables(host: Host): Promise<Held> {
  const { nameCapabilities } = await import('../../live/capabilities.ts');
  const { listKernelRuleset } = await import('../../live/kernel-ruleset.ts');
  const { localAddresses } = await import('../../live/local-addresses.ts');
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

/** The listing itself is asked, as that of a kube-proxy is: nothing has to be remembered of the last apply. */
async function heldByIptables(host: Host): Promise<Held> {
  const { nameCapabilities } = await import('../../live/capabilities.ts');
  const { isListed, listRules } = await import('../../live/iptables-listing.ts');
  const { localAddresses } = await import('../../live/local-addresses.ts');
  const { ownListing } = await import('../../kube-proxy/own-listing.ts');
  const listed = await listRules(host, new Set());
  if (!isListed(listed))
    return { kind: 'unknown', diagnostics: await nameCapabilities(host, [listed]) };
  const listing = ownListing(listed);
  if (listing === undefined) return { kind: 'nothing' };
  const missed = collectNotUnderstood();
  return {
    kind: 'held',
    subject: {
      ...{ ruleset: listing.outline, listing, onNotUnderstood: missed.add },
      ...{ nodeAddresses: await localAddresses(host), podNetworks: [] },
    },
    notUnderstood: () => missed.found().map(({ met }) => met.text),
  };
}
