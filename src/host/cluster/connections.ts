import type { Agent } from 'node:http';
import type { ClusterSettings, Connection, Connections } from './connection.ts';

/** @param settings what `connect` makes a connection of */
export function openConnections(settings: ClusterSettings): Connections {
  let current: ReturnType<Connections['current']> | undefined;
  let known: Connection | undefined;
  const agents = new Set<Agent>();
  const make = async (): ReturnType<Connections['current']> => {
    const { connect } = await import('./kubeconfig.ts');
    const made = await connect(settings);
    if ('code' in made) {
      current = undefined;
      return made;
    }
    agents.add(made.agent);
    known = made;
    return made;
  };
  return {
    current: () => {
      current ??= make();
      return current;
    },
    renew: (refused) => {
      if (known !== refused) return;
      current = undefined;
      known = undefined;
      // Watches may go on over it.
      for (const sockets of Object.values(refused.agent.freeSockets))
        for (const socket of sockets ?? []) socket.destroy();
      agents.delete(refused.agent);
    },
    close: () => {
      for (const agent of agents) agent.destroy();
      agents.clear();
      current = undefined;
    },
  };
}
