import type { Chain, Rule } from '../ast.ts';
import { type Evaluated, evaluate } from './evaluate.ts';
import type { BaseChain, PreparedTable } from './prepare.ts';
import { type PacketState, type WalkSurroundings, withStep } from './state.ts';

/** How the walk through a chain, or a part of it, ended. */
interface Walked {
  readonly state: PacketState;
  readonly end: End;
}

type End = 'accept' | 'drop' | 'reject' | 'return';

/** The kernel refuses deeper ones (NFT_JUMP_STACK_SIZE); a `goto` needs no room there. */
const maxDepth = 64;

/**
 * Walks a packet through a base chain: its policy is accept, so every way that ends without a verdict
 * ends in accept.
 *
 * @returns one result per value that the random numbers on the way may take.
 * @throws when a rule names a chain, set or map that is not there, or chains form a loop: the kernel
 * refuses such a ruleset.
 */
export function walkBaseChain(
  { chain, hook, table }: BaseChain,
  state: PacketState,
  surroundings: Omit<WalkSurroundings, 'table'>,
): readonly { readonly state: PacketState; readonly end: 'accept' | 'drop' | 'reject' }[] {
  const entered = withStep(state, { kind: 'hook', hook, chain });
  return walkChain(chain, entered, { ...surroundings, table }, 0).map((walked) => ({
    state: walked.state,
    end: walked.end === 'return' ? 'accept' : walked.end,
  }));
}

function walkChain(
  chain: Chain,
  state: PacketState,
  surroundings: WalkSurroundings,
  depth: number,
): readonly Walked[] {
  if (depth > maxDepth) throw new Error(`chain ${chain.name} is reached by too many jumps`);
  const ended: Walked[] = [];
  let walking: readonly PacketState[] = [state];
  for (const rule of chain.rules) {
    const next: PacketState[] = [];
    for (const before of walking) {
      for (const { state: after, end } of walkRule(chain, rule, before, surroundings, depth)) {
        if (end === undefined) next.push(after);
        else ended.push({ state: after, end });
      }
    }
    walking = next;
    if (walking.length === 0) break;
  }
  for (const after of walking) ended.push({ state: after, end: 'return' });
  return ended;
}

/** `end` is undefined where the next rule of the chain is to be evaluated. */
function walkRule(
  chain: Chain,
  rule: Rule,
  state: PacketState,
  surroundings: WalkSurroundings,
  depth: number,
): readonly { readonly state: PacketState; readonly end: End | undefined }[] {
  const done: { state: PacketState; end: End | undefined }[] = [];
  let walking: readonly PacketState[] = [state];
  for (const statement of rule.statements) {
    const next: PacketState[] = [];
    for (const before of walking) {
      for (const evaluated of evaluate(statement, before, surroundings)) {
        const { effect, flow } = evaluated;
        const after = withStep(evaluated.state, {
          kind: 'statement',
          chain,
          rule,
          statement,
          effect,
        });
        if (flow === 'next') next.push(after);
        else done.push(...follow(flow, after, surroundings, depth));
      }
    }
    walking = next;
    if (walking.length === 0) break;
  }
  for (const after of walking) done.push({ state: after, end: undefined });
  return done;
}

function follow(
  flow: Exclude<Evaluated['flow'], 'next'>,
  state: PacketState,
  surroundings: WalkSurroundings,
  depth: number,
): readonly { readonly state: PacketState; readonly end: End | undefined }[] {
  if (flow === 'break') return [{ state, end: undefined }];
  switch (flow.kind) {
    case 'accept':
    case 'drop':
    case 'reject':
    case 'return':
      return [{ state, end: flow.kind }];
    case 'goto':
      return walkChain(chainOf(surroundings.table, flow.chain), state, surroundings, depth + 1);
    case 'jump':
      return walkChain(chainOf(surroundings.table, flow.chain), state, surroundings, depth + 1).map(
        (walked) => ({
          state: walked.state,
          end: walked.end === 'return' ? undefined : walked.end,
        }),
      );
  }
}

function chainOf({ table, chains }: PreparedTable, name: string): Chain {
  const chain = chains.get(name);
  if (chain === undefined) throw new Error(`table ${table.name} has no chain ${name}`);
  return chain;
}
