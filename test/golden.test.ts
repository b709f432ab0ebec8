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
import { buildIptables } from '../src/iptables/layout/build.ts';
import { renderIptablesRestore } from '../src/iptables/render/iptables-restore.ts';
import { execHost } from '../src/live/exec-host.ts';
import { checkInKernel } from '../src/live/kernel-check.ts';
import { nftVersion } from '../src/live/nft.ts';
import { kubeProxyConfigOf } from '../src/model/kube-proxy-config.ts';
import { renderNft } from '../src/nftables/render/nft.ts';
import { renderNftJson } from '../src/nftables/render/nft-json.ts';
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

/** Between them these have every statement and every kind of set and map. */
const asJson = ['load-balancer-source-ranges', 'node-port-on-loopback-only', 'session-affinity'];

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

  test.each(asJson)('%s, as JSON for nft', async (name) => {
    const { ruleset } = await compileFixture(name);
    expectGolden(join('fixtures/compile', name, 'expected.nft.json'), renderNftJson(ruleset));
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

  // nft 1.0.6 cannot be told the type of an endpoint map in JSON.
  test.each(asJson)('%s as JSON, from nft 1.1.3 on', async (name) => {
    const { ruleset } = await compileFixture(name);
    const version = /v(\d+)\.(\d+)\.(\d+)/.exec((await nftVersion(host)) ?? '') ?? [];
    const [major = 0, minor = 0, patch = 0] = version.slice(1).map(Number);
    const isNew = major * 10_000 + minor * 100 + patch >= 10_103;
    const namespace = host.isRoot ? '-n' : '-Urn';
    const args = [namespace, 'nft', '-j', '-c', '-f', '-'];
    const result = await host.run('unshare', args, renderNftJson(ruleset));
    expect(result).toMatchObject({ kind: 'exited', exitCode: isNew ? 0 : 1 });
  });
});
