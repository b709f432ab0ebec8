import { open, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { outputFormats } from './output-formats.ts';

type Format = keyof typeof outputFormats;

export const extensions: Readonly<Record<Format, string>> = {
  nft: 'nft',
  json: 'json',
  iptables: 'iptables',
  plan: 'json',
  summary: 'txt',
};

/** How a file of each format begins, whatever is in it. */
const heads: Readonly<Record<Format, RegExp>> = {
  nft: /^(?:# .*\n)*add table (ip6?) natc\ndelete table \1 natc\n/,
  json: /^\{\n {2}"schema": "natc\.ruleset\/v1",\n/,
  iptables: /^(?:# .*\n)*# Kubernetes Services as iptables rules, compiled by natc\./,
  plan: /^\{\n {2}"schema": "natc\.plan\/v1",\n/,
  summary: /^NAMESPACE +SERVICE +TYPE +PORT +ADDRESSES +NODE PORT +READY +REMARKS\n/,
};

/** What Kubernetes takes for the name of a Node. */
const nodeName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** @returns the file that could not be removed, with the system's error; undefined when all is done */
export interface PruneFailure {
  readonly file: string;
  readonly error: unknown;
}

/**
 * Removes from a directory the files of nodes that there are no more: regular files called
 * `NODE.EXTENSION` that begin as natc begins a file of this format. Everything else stays.
 *
 * @param nodes of which the files stay
 * @param removed is told the name of each file that went
 */
export async function pruneNodes(
  directory: string,
  format: Format,
  nodes: ReadonlySet<string>,
  removed: (file: string) => void,
): Promise<PruneFailure | undefined> {
  const suffix = `.${extensions[format]}`;
  const entries = await readdir(directory, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const node = entry.name.slice(0, -suffix.length);
    if (!entry.isFile() || !entry.name.endsWith(suffix) || !nodeName.test(node)) continue;
    if (nodes.has(node)) continue;
    const file = join(directory, entry.name);
    try {
      if (!heads[format].test(await beginning(file))) continue;
      await unlink(file);
    } catch (error) {
      return { file, error };
    }
    removed(file);
  }
  return undefined;
}

const headLength = 512;

async function beginning(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headLength), 0, headLength, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
