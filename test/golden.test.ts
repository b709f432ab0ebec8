/**
 * Whole rulesets in git: fixtures/compile/CASE/ holds `input.yaml`, `options.json` (CompileOptions that
 * are not the defaults) and what comes out, `expected.nft` and `expected.iptables`; the example
 * application likewise. `npm run golden` writes what comes out now.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compile } from '../src/compile.ts';
import { hasErrors } from '../src/diagnostics/diagnostic.ts';
import { execHost } from '../src/host/machine/exec-host.ts';
import { buildIptables } from '../src/iptables/layout/build.ts';
import { renderIptablesRestore } from '../src/iptables/render/iptables-restore.ts';
import { kubeProxyConfigOf } from '../src/model/kube-proxy-config.ts';
import { checkInKernel } from '../src/nftables/host/kernel-check.ts';
import { renderNft } from '../src/nftables/render/nft.ts';
import { type CompileOptions, defaultOptions } from '../src/options.ts';
import { collectInputs } from '../src/read/inputs.ts';
import { readObjects } from '../src/read/read.ts';
import { expectGolden } from './support/golden.ts';
import { describeWithKernel } from './support/kernel-available.ts';

const noStdin = async () => new Uint8Array();

async function compileCase(path: string, options: Partial<CompileOptions>) {
  const { inputs } = await collectInputs([path], noStdin);
  const { objects, diagnostics } = readObjects(inputs);
  const compilation = compile(objects, { ...defaultOptions, ...options });
  const errors = [...diagnostics, ...compilation.diagnostics].filter((each) => hasErrors([each]));
  expect(errors).toEqual([]);
  const { output } = compilation;
  if (output === undefined) throw new Error(`${path} gave no ruleset`);
  return output;
}

const cases = readdirSync('fixtures/compile').sort();

const compileFixture = (name: string) => {
  const directory = join('fixtures/compile', name);
  const options = JSON.parse(readFileSync(join(directory, 'options.json'), 'utf8'));
  return compileCase(join(directory, 'input.yaml'), options);
};

async function compileExample() {
  const { inputs } = await collectInputs(['fixtures/example/kube-proxy.yaml'], noStdin);
  const config = kubeProxyConfigOf(readObjects(inputs).objects, 'kube-proxy.yaml');
  return compileCase('fixtures/example/manifests', config.options);
}

async function expectOutputs(directory: string, output: Awaited<ReturnType<typeof compileCase>>) {
  expectGolden(join(directory, 'expected.nft'), renderNft(output.ruleset));
  const iptables = output.plan.families.map((family) => buildIptables(family));
  expectGolden(join(directory, 'expected.iptables'), renderIptablesRestore(iptables));
}

describe('compiled rulesets', () => {
  test.each(cases)('%s', async (name) => {
    await expectOutputs(join('fixtures/compile', name), await compileFixture(name));
  });

  test('the example application', async () => {
    await expectOutputs('fixtures/example', await compileExample());
  });
});

describeWithKernel('the kernel accepts', () => {
  const host = execHost({ uid: process.getuid?.(), path: process.env['PATH'] });

  test.each(cases)('%s', async (name) => {
    expect(await checkInKernel(host, (await compileFixture(name)).ruleset)).toEqual([]);
  });

  test('the example application', async () => {
    expect(await checkInKernel(host, (await compileExample()).ruleset)).toEqual([]);
  });
});
