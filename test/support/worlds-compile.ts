/** A world as natc gets it: options and bytes; and through the stages one by one. */
import { stringify } from 'yaml';
import { type Diagnostic, hasErrors } from '../../src/diagnostics/diagnostic.ts';
import { buildModel } from '../../src/model/model.ts';
import { type CompileOptions, defaultOptions } from '../../src/options.ts';
import { buildPlan } from '../../src/plan/build.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { Packet, World } from '../oracle/world.ts';
import { optionsOfNode } from './cases.ts';
import { objectOf } from './objects.ts';

/** Unlike the cases, generated worlds are valid: they pass the strict checks. */
export const optionsOf = ({ node }: World): CompileOptions => ({
  ...optionsOfNode(node),
  validate: defaultOptions.validate,
  serviceNodePortRange: defaultOptions.serviceNodePortRange,
});

export interface PlannedWorld {
  readonly plan: Plan;
  readonly diagnostics: readonly Diagnostic[];
}

/** @throws when natc finds an error, which a valid world has none of. */
export function planOf(world: World, options = optionsOf(world)): PlannedWorld {
  const model = buildModel(
    world.objects.map((object) => objectOf(object)),
    options,
  );
  const { plan, diagnostics } = buildPlan(model.cluster, model.settings);
  const all = [...model.diagnostics, ...diagnostics];
  if (options.validate === 'strict' && hasErrors(all)) {
    const messages = all
      .filter(({ severity }) => severity === 'error')
      .map(({ message }) => message);
    throw new Error(`errors in a valid world: ${messages.join('; ')}`);
  }
  return { plan, diagnostics: all };
}

/** A counterexample for people: the objects, the node and the packet as YAML. */
export function describeWorld(world: World, packet?: Packet): string {
  const documents = world.objects.map((object) => stringify(object));
  const asked = packet === undefined ? '' : `packet: ${JSON.stringify(packet)}\n`;
  return `node: ${JSON.stringify(world.node)}\n${asked}${['', ...documents].join('---\n')}`;
}
