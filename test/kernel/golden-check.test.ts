import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type KernelAgent, startAgent } from '../support/kernel-agent.ts';
import { describeWithKernel } from '../support/kernel-available.ts';
import { natc } from '../support/natc.ts';

const fixtures = new URL('../../fixtures/', import.meta.url);
const goldens = readdirSync(fixtures, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('expected.nft'))
  .sort();

describeWithKernel('the kernel takes, twice over,', () => {
  let agent: KernelAgent;
  beforeAll(async () => {
    agent = await startAgent();
  });
  afterAll(() => agent.dispose());

  const loadTwice = async (ruleset: string) => {
    await agent.must(['nft', '-c', '-f', '-'], ruleset);
    await agent.must(['nft', '-f', '-'], ruleset);
    const once = await agent.must(['nft', '-s', 'list', 'ruleset']);
    expect(once).toContain('table ip natc');
    await agent.must(['nft', '-f', '-'], ruleset);
    expect(await agent.must(['nft', '-s', 'list', 'ruleset'])).toBe(once);
  };

  test('what natc makes of the example', async () => {
    const args = [
      '--config',
      'fixtures/example/kube-proxy.yaml',
      '-f',
      'fixtures/example/manifests',
    ];
    const { exitCode, stdout } = natc(['compile', ...args]);
    expect(exitCode).toBe(0);
    await loadTwice(stdout);
  });

  test('goldens, of which there are some', () => {
    expect(goldens.length).toBeGreaterThan(0);
  });

  test.each(goldens)('%s', (path) => loadTwice(readFileSync(new URL(path, fixtures), 'utf8')));
});
