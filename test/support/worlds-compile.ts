/** Generated worlds through natc, as a user would: strict, and any error is a failure. */
import { stringify } from 'yaml';
import { type CompileOutput, compile } from '../../src/compile.ts';
import { type Diagnostic, hasErrors } from '../../src/diagnostics/diagnostic.ts';
import { type CompileOptions, defaultOptions } from '../../src/options.ts';
import type { Packet, World } from '../oracle/world.ts';
import { optionsOfNode } from './cases.ts';
import { objectOf } from './objects.ts';

/** Unlike the cases, generated worlds are valid: they pass the strict checks. */
export const optionsOf = ({ node }: World): CompileOptions => ({
  ...optionsOfNode(node),
  validate: defaultOptions.validate,
  serviceNodePortRange: defaultOptions.serviceNodePortRange,
});

export interface CompiledWorld extends CompileOutput {
  readonly diagnostics: readonly Diagnostic[];
}

/** @throws when natc finds an error, which a valid world has none of. */
export function compileValid(world: World, options = optionsOf(world)): CompiledWorld {
  const objects = world.objects.map((object) => objectOf(object));
  const { output, diagnostics } = compile(objects, options);
  if (output === undefined || hasErrors(diagnostics)) {
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    const messages = errors.map(({ code, message }) => `${code} ${message}`);
    throw new Error(`errors in a valid world: ${messages.join('; ')}\n${describeWorld(world)}`);
  }
  return { ...output, diagnostics };
}

/** A counterexample for people: the node, the packet and the objects as YAML. */
export function describeWorld(world: World, packet?: Packet): string {
  const documents = world.objects.map((object) => stringify(object));
  const asked = packet === undefined ? '' : `packet: ${JSON.stringify(packet)}\n`;
  return `node: ${JSON.stringify(world.node)}\n${asked}${['', ...documents].join('---\n')}`;
}
