/** What `iptables-restore --noflush` makes of its input, and what it refuses, on data. */

import type { BuiltInChain } from '../../src/iptables/ast.ts';
import { renderJump } from '../../src/iptables/render/iptables-tables.ts';
import { stampChain } from '../../src/iptables/stamp.ts';
import type { TableRules } from '../../src/iptables/tables.ts';

const builtIn = /^(PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING)$/;

/** One commit of one table. @throws for what the kernel would refuse */
export function restored(lines: readonly string[], held: TableRules): TableRules {
  const chains = new Map([...held.chains].map(([name, rules]) => [name, [...rules]]));
  chains.set(stampChain, ['some stamp']);
  const jumps = held.jumps.map(renderJump);
  for (const line of lines.slice(1, -1)) {
    const [, command = '', chain = '', rest = ''] = /^(:|-\w )(\S+) ?(.*)$/.exec(line) ?? [];
    if (command === ':') chains.set(chain, []);
    else if (builtIn.test(chain)) {
      const jump = `${chain} ${rest}`;
      if (command === '-I ') jumps.unshift(jump);
      else if (jumps.includes(jump)) jumps.splice(jumps.indexOf(jump), 1);
      else throw new Error(`no such jump: ${line}`);
    } else if (!chains.has(chain)) throw new Error(`no such chain: ${line}`);
    else if (command === '-A ') chains.get(chain)!.push(rest);
    else if (command === '-X ') {
      if (chains.get(chain)!.length > 0) throw new Error(`not empty: ${line}`);
      chains.delete(chain);
    }
  }
  chains.delete(stampChain);
  const targets = [...[...chains.values()].flat(), ...jumps].flatMap(
    (rule) => / -[jg] (NATC-\S+)$|^-[jg] (NATC-\S+)$/.exec(rule)?.slice(1) ?? [],
  );
  for (const target of targets)
    if (target !== undefined && !chains.has(target)) throw new Error(`leads nowhere: ${target}`);
  return {
    chains,
    jumps: jumps.map((jump) => {
      const [from, , to = ''] = jump.split(' ');
      return { from: from as BuiltInChain, to };
    }),
  };
}
