import { setTimeout } from 'node:timers/promises';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { ClusterSettings, Connection } from './connection.ts';
import { clusterName } from './failure.ts';
import { type AskPage, listAll } from './list-pages.ts';
import { listKinds, listText } from './list-text.ts';
import { get } from './request.ts';
import { type Wait, withRetry } from './retry.ts';

/** The objects as one input, or what kept them away. */
export interface ClusterListing {
  readonly inputs: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Lists the Nodes, Services and EndpointSlices of a cluster, all of each or none of any: one error, and
 * no input, as soon as one page of one list is not there.
 *
 * @param mostBytes of all answers together
 * @param wait before a request is sent again
 */
export async function listCluster(
  settings: ClusterSettings,
  mostBytes: number,
  wait: Wait = (milliseconds) => setTimeout(milliseconds),
): Promise<ClusterListing> {
  const { connect } = await import('./kubeconfig.ts');
  const connection = await connect(settings);
  if ('code' in connection) return { inputs: [], diagnostics: [connection] };
  try {
    return await listWith(connection, settings.requestTimeout * 1000, mostBytes, wait);
  } finally {
    connection.agent.destroy();
  }
}

async function listWith(
  connection: Connection,
  milliseconds: number,
  mostBytes: number,
  wait: Wait,
): Promise<ClusterListing> {
  let left = mostBytes;
  const ask: AskPage = async (path, isWhole) => {
    const send = () => get(connection, path, { milliseconds, bytes: left });
    const attempts = await withRetry(send, isWhole, milliseconds, wait);
    if (attempts.answer.kind === 'answer') left -= attempts.answer.body.length;
    return attempts;
  };
  const items: string[] = [];
  for (const list of listKinds) {
    const listed = await listAll(list, connection.server, ask);
    if ('code' in listed) return { inputs: [], diagnostics: [listed] };
    for (const { text } of listed.items) items.push(text);
  }
  const bytes = Buffer.from(listText(items));
  return { inputs: [{ name: clusterName, bytes }], diagnostics: [] };
}
