import { compareRows, type Exposure, type ExposureRow } from './exposure.ts';

/** What answers on one node. */
export interface NodeExposure {
  readonly node: string;
  /** With cluster IPs. */
  readonly rows: readonly ExposureRow[];
}

/**
 * Joins what answers on several nodes: what is the same on some is one row, with their names.
 *
 * @param exposures in the order of the nodes' names; a node's rows are let go before the next one's are asked for
 * @param withClusterIPs whether to list cluster IPs; otherwise they are counted
 */
export function joinNodes(
  exposures: Iterable<NodeExposure>,
  withClusterIPs: boolean,
): Exposure & { readonly nodes: readonly string[] } {
  const rows = new Map<string, ExposureRow & { readonly nodes: string[] }>();
  const nodes: string[] = [];
  for (const { node, rows: own } of exposures) {
    nodes.push(node);
    for (const row of own) {
      const key = rowKey(row);
      const known = rows.get(key);
      if (known === undefined) rows.set(key, { ...row, nodes: [node] });
      else known.nodes.push(node);
    }
  }
  const all = [...rows.values()];
  const shown = all.filter(({ kind }) => withClusterIPs || kind !== 'cluster IP');
  const left = all.filter((row) => !shown.includes(row)).map(destinationOf);
  return { rows: shown.toSorted(compareRows), clusterIPs: new Set(left).size, nodes };
}

/** Of rows that differ in whom they admit, on some nodes, it is one. */
export const destinationOf = ({
  address,
  port,
  protocol,
  service,
}: Pick<ExposureRow, 'address' | 'port' | 'protocol' | 'service'>): string =>
  [address, port, protocol, service].join(' ');

function rowKey({ kind, portName, admitted, origin, ...row }: ExposureRow): string {
  const source = origin?.object.source.name;
  return JSON.stringify([
    [destinationOf(row), kind, portName, admitted],
    origin && [source, origin.object.extent.start, origin.object.extent.path, origin.path],
  ]);
}
