import { clientsOf } from '../nftables/names.ts';
import { interpret } from '../nftables/simulate/interpret.ts';
import type { PreparedRuleset } from '../nftables/simulate/prepare.ts';
import type { Trace } from '../nftables/simulate/trace.ts';
import { type Affinity, type AskRules, describeBranch } from './behaviour.ts';

/** Asks nftables rules what becomes of packets. */
export const askNftables =
  (prepared: PreparedRuleset): AskRules =>
  (packet, host) =>
    interpret(prepared, packet, host).branches.map((branch) => describeBranch(branch, affinityOf));

/** Read off the packet's way: dynamic maps that were asked for the endpoint, and those written. */
function affinityOf(trace: Trace): Affinity | undefined {
  const asked: string[] = [];
  const written: { readonly verb: string; readonly map: string }[] = [];
  let timeout = 0;
  for (let at = trace; at !== undefined; at = at.before) {
    if (at.step.kind !== 'statement') continue;
    const { effect, statement } = at.step;
    if (effect.kind === 'miss') {
      const { collection } = effect.lookup;
      if (collection.kind !== 'data-map' || collection.dynamic !== true) continue;
      asked.push(collection.name);
      timeout = collection.timeout ?? 0;
    } else if (effect.kind === 'map-update' && statement.kind === 'map-update') {
      written.push({ verb: statement.operation, map: effect.map });
    }
  }
  if (asked.length === 0 && written.length === 0) return undefined;
  const textOf = (name: (map: string) => string): string => {
    const names = [
      asked.map(name).sort(),
      written.map(({ verb, map }) => `${verb} ${name(map)}`).sort(),
    ];
    return names.flatMap((list) => [...new Set(list)]).join(', ');
  };
  // Between the maps of a port's two lists, and of its former name, apply carries the clients.
  return { timeout, clients: textOf((map) => map), whose: textOf(clientsOf) };
}
