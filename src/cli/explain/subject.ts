import { type Invented, inventedIn, nothingInvented } from '../../allocate/invented.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Source } from '../../diagnostics/source.ts';
import type { Subject } from '../../explain/context.ts';
import { offlineSubject } from '../../explain/offline-subject.ts';
import { parseAddress } from '../../net/address.ts';
import type { NftFamily } from '../../net/family.ts';
import type { Uncompiled } from '../../plan/uncompiled.ts';
import { nodeOfHead } from '../compile/ruleset-head.ts';
import { thisHost } from '../host.ts';
import { answeringDemands, compileInput } from '../input/compile-input.ts';
import { readManifests } from '../input/read-inputs.ts';
import type { CompileFlags } from '../shared-options.ts';
import type { Terminal } from '../terminal.ts';

/** What is asked about: no subject when a diagnostic is an error. */
export interface LoadedSubject {
  readonly subject: Subject | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** Services of which the answer may be wrong, where manifests were compiled. */
  readonly uncompiled?: readonly Uncompiled[];
  /** What natc made up for manifests. */
  readonly invented?: Invented;
  /** The node that a ruleset in a file was made for. */
  readonly nodeName?: string;
}

/** Compiles manifests; the node's addresses come from --node-ip and its Node object. */
export async function subjectFromManifests(
  flags: CompileFlags,
  paths: readonly string[],
  terminal: Terminal,
): Promise<LoadedSubject> {
  const { nodeFacts } = await import('../../plan/node-facts.ts');
  const { output, diagnostics, uncompiled, completed } = await compileInput(
    flags,
    paths,
    terminal,
    answeringDemands,
  );
  if (output === undefined) return { subject: undefined, diagnostics };
  const { cluster, settings, ruleset } = output;
  const addresses = [
    ...settings.nodeIPs.map(({ text }) => text),
    ...(nodeFacts(cluster, settings).node?.addresses ?? []),
  ];
  const { invented = nothingInvented } = completed ?? {};
  return { subject: offlineSubject(ruleset, addresses, output), diagnostics, uncompiled, invented };
}

/** Reads a golden ruleset, or what nft lists of one, with or without -j; the node's addresses come from --node-ip. */
export async function subjectFromRuleset(
  path: string,
  flags: CompileFlags,
): Promise<LoadedSubject> {
  const { readRuleset } = await import('../../nftables/parse/read-ruleset.ts');
  const { inputs, diagnostics } = await readManifests([path], [], true);
  const [input] = inputs;
  if (input === undefined) return { subject: undefined, diagnostics };
  const text = new TextDecoder().decode(input.bytes);
  const source = await asNftText({ name: input.name, text });
  if ('code' in source) return { subject: undefined, diagnostics: [...diagnostics, source] };
  const parsed = readRuleset(source);
  const nodeIPs = flags.nodeIPs ?? flags.natc?.options.nodeIPs ?? [];
  const addresses = nodeIPs.flatMap((ip) => parseAddress(ip)?.text ?? []);
  const nodeName = nodeOfHead(text);
  return {
    ...(nodeName !== undefined && { nodeName }),
    subject: parsed.ruleset && offlineSubject(parsed.ruleset, addresses, undefined),
    diagnostics: [...diagnostics, ...parsed.diagnostics],
    invented: inventedIn(text),
  };
}

/** What nft would print as text where it was asked for JSON. */
async function asNftText(source: Source): Promise<Source | Diagnostic> {
  const { isNftJson, nftTextOfJson } = await import('../../nftables/json/listing-text.ts');
  if (!isNftJson(source.text)) return source;
  const printed = nftTextOfJson(source.text);
  if ('text' in printed) return { name: `${source.name} (as text)`, text: printed.text };
  const places = [{ kind: 'file', name: source.name }] as const;
  return { code: 'NATC4101', severity: 'error', message: printed.problem, places };
}

/** Lists what the kernel holds, and asks it for the node's addresses. */
export async function subjectFromKernel(
  family: NftFamily,
  terminal: Terminal,
): Promise<LoadedSubject> {
  const { listKernelRuleset } = await import('../../nftables/host/kernel-ruleset.ts');
  const { foreignForward, notWalked } = await import('../../host/machine/foreign-forward.ts');
  const { localAddresses } = await import('../../host/machine/local-addresses.ts');
  const { routeLocalnet, sysctlPath } = await import('../../host/machine/sysctl.ts');
  const host = await thisHost(terminal);
  const { ruleset, diagnostics } = await listKernelRuleset(host, [family]);
  if (ruleset === undefined) {
    const { nameCapabilities } = await import('../../host/machine/capabilities.ts');
    return { subject: undefined, diagnostics: await nameCapabilities(host, diagnostics) };
  }
  const isOn = (await host.readFile(sysctlPath(routeLocalnet)))?.trim() === '1';
  const addresses = await localAddresses(host);
  const forward = await foreignForward(host, [family === 'ip' ? 'IPv4' : 'IPv6']);
  return {
    subject: {
      ruleset,
      compiled: undefined,
      notLookedAt: notWalked(forward),
      host: { addresses, routeLocalnet: isOn, isComplete: true },
    },
    diagnostics,
  };
}
