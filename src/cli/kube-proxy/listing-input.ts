/** Listings of what kube-proxy wrote, as commands are given them: files told by what is in them, and the word. */
import { open } from 'node:fs/promises';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { KubeProxyListing } from '../../kube-proxy/listing.ts';
import { thisHost } from '../host.ts';
import { readInputs } from '../input/read-inputs.ts';
import type { Terminal } from '../terminal.ts';

/** What stands for the rules of kube-proxy in this node's kernel. */
export const kubeProxyWord = 'kube-proxy';

/** As far as a file is looked into before it is read whole. */
const headSize = 64 * 1024;

/** How listings begin: manifests and rulesets of natc's do not. */
const listingHead =
  /^(?:#[^\n]*\n|\s)*(?:table \S+ \S+ \{|\*(?:nat|filter|mangle|raw|security)\s|\{\s*"nftables"\s*:)/;

/** Whether a path names a listing of rules that natc did not write. Standard input is read for that. */
export async function isListing(path: string): Promise<boolean> {
  const head = path === '-' ? await stdinText() : await headOf(path);
  if (head === undefined || !listingHead.test(head)) return false;
  const { recogniseListing } = await import('../../kube-proxy/recognise.ts');
  // A file may begin with tables of others; the whole of it decides.
  return recogniseListing((await textOf(path))?.text ?? '') !== undefined;
}

/** @returns undefined for what is no file, or cannot be read: whoever reads it next says why */
async function headOf(path: string): Promise<string | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      if (!(await file.stat()).isFile()) return undefined;
      const { buffer, bytesRead } = await file.read(Buffer.alloc(headSize), 0, headSize, 0);
      return buffer.toString('latin1', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}

const stdinText = async (): Promise<string | undefined> =>
  process.stdin.isTTY === true ? undefined : (await textOf('-'))?.text;

async function textOf(
  path: string,
): Promise<{ readonly name: string; readonly text: string } | undefined> {
  const { inputs } = await readInputs([path]);
  const [input] = inputs;
  return input && { name: input.name, text: new TextDecoder().decode(input.bytes) };
}

/** What a listing is read with, and what is known of the machine where it is that of this kernel. */
export interface ReadListing {
  readonly listing: KubeProxyListing | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** Undefined for a file. */
  readonly kernel?: {
    readonly addresses: ReadonlySet<string>;
    readonly routeLocalnet: boolean;
    /** Chains of others that may drop packets. */
    readonly notWalked: readonly string[];
  };
}

/** Reads a listing of which {@link isListing} says that it is one, or what kube-proxy has in this kernel. */
export async function readListing(path: string, terminal: Terminal): Promise<ReadListing> {
  if (path === kubeProxyWord) return readKernel(terminal);
  const { inputs, diagnostics } = await readInputs([path]);
  const [input] = inputs;
  if (input === undefined) return { listing: undefined, diagnostics };
  const { parseListing } = await import('../../kube-proxy/parse-listing.ts');
  const text = new TextDecoder().decode(input.bytes);
  const parsed = parseListing({ name: input.name, text });
  if (parsed.listing === undefined && natcChain.test(text))
    return { listing: undefined, diagnostics: [...diagnostics, natcRules(input.name)] };
  return { ...parsed, diagnostics: [...diagnostics, ...parsed.diagnostics] };
}

/** Of what natc compile -o iptables wrote, or of what iptables-save made of it. */
const natcChain = /^:NATC-/m;

const natcRules = (name: string): Diagnostic => ({
  code: 'NATC3063',
  severity: 'error',
  message: `${name} holds iptables rules that natc wrote, which natc does not read back as a ruleset`,
  places: [{ kind: 'file', name }],
  hint: 'compare the manifests that they were made from: natc diff OLD NEW --backend iptables, where OLD may be a revision of Git (main:deploy/)',
});

async function readKernel(terminal: Terminal): Promise<ReadListing> {
  const { foreignForward, notWalked } = await import('../../host/machine/foreign-forward.ts');
  const { listKubeProxy } = await import('../../host/machine/kube-proxy-listing.ts');
  const { localAddresses } = await import('../../host/machine/local-addresses.ts');
  const { routeLocalnet, sysctlPath } = await import('../../host/machine/sysctl.ts');
  const { parseListing } = await import('../../kube-proxy/parse-listing.ts');
  const host = await thisHost(terminal);
  const found = await listKubeProxy(host);
  if ('diagnostic' in found) return { listing: undefined, diagnostics: [found.diagnostic] };
  const parsed = parseListing(found);
  const { rules = [] } = parsed.listing ?? {};
  const forward = await foreignForward(
    host,
    rules.map(({ family }) => (family === 'ip' ? 'IPv4' : 'IPv6')),
  );
  return {
    ...parsed,
    kernel: {
      addresses: await localAddresses(host),
      routeLocalnet: (await host.readFile(sysctlPath(routeLocalnet)))?.trim() === '1',
      notWalked: notWalked(forward),
    },
  };
}

const mostNamed = 8;

/** What of others stands in a listing and is not walked, those first that drop. */
export function leftOutWords({ leftOut }: KubeProxyListing): readonly string[] {
  const dropping = leftOut.flatMap(({ name, dropPolicy }) =>
    dropPolicy === undefined ? [] : [`${name}: ${dropPolicy} drops what its rules do not accept`],
  );
  const others = leftOut.flatMap(({ name, dropPolicy }) => (dropPolicy === undefined ? name : []));
  const rest = others.length - mostNamed;
  const shown = rest > 1 ? [...others.slice(0, mostNamed), `${rest} more`] : others;
  return [...dropping, ...(shown.length > 0 ? [`rules of others: ${shown.join(', ')}`] : [])];
}

/** The same as a warning; none where there is nothing of others. */
export function leftOutDiagnostics(listing: KubeProxyListing): readonly Diagnostic[] {
  const words = leftOutWords(listing);
  if (words.length === 0) return [];
  return [
    {
      code: 'NATC4306',
      severity: 'warning',
      message: `not looked at: ${words.join('; ')}`,
      places: [{ kind: 'file', name: listing.source.name }],
    },
  ];
}
