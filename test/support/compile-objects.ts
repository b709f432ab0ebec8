import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { buildModel } from '../../src/model/model.ts';
import type { CompileOptions } from '../../src/options.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { readObjects } from '../../src/read/read.ts';
import { renderNft } from '../../src/render/nft.ts';
import { buildNftables } from '../../src/ruleset/nftables/build.ts';

export interface CompiledText {
  readonly ruleset: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** Compiles Kubernetes objects to nftables text; throws when natc calls them invalid. */
export function compileObjects(objects: readonly object[], options: CompileOptions): CompiledText {
  const list = { apiVersion: 'v1', kind: 'List', items: objects };
  const bytes = new TextEncoder().encode(JSON.stringify(list));
  const read = readObjects([{ name: 'objects.json', bytes }]);
  const model = buildModel(read.objects, options);
  const plan = buildPlan(model.cluster, model.settings);
  const diagnostics = [...read.diagnostics, ...model.diagnostics, ...plan.diagnostics];
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'));
  return { ruleset: renderNft(buildNftables(plan.plan)), diagnostics };
}
