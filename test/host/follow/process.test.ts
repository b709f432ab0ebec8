/** The built program in a namespace: signals, a sudden death, and lines of JSON. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { enterArguments, startRelay } from '../../support/api-relay.ts';
import { followedNode, webService, webSlice } from '../../support/follow-world.ts';
import { type KernelAgent, startAgent } from '../../support/kernel-agent.ts';
import { describeWithKernel } from '../../support/kernel-available.ts';
import { natcProgram } from '../../support/natc.ts';
import { kubeconfigFor, type StandIn, startStandIn } from '../../support/stand-in-api.ts';

const port = 6443;

/** In milliseconds, for whatever natc takes its time for on a busy machine: then the test says what that was. */
const patience = 120_000;
vi.setConfig({ testTimeout: 10 * patience });

const isLong = process.env['NATC_LONG'] === '1';

describeWithKernel('natc apply --follow as a process', () => {
  const work = mkdtempSync('/var/tmp/natc-follow-');
  const kubeconfig = join(work, 'kubeconfig');
  const config = join(work, 'natc.yaml');
  let api: StandIn;
  let node: KernelAgent;
  let endRelay: () => void;

  beforeAll(async () => {
    api = await startStandIn({ socket: join(work, 'api') });
    node = await startAgent();
    endRelay = await startRelay(node, join(work, 'api'), port);
    writeFileSync(kubeconfig, kubeconfigFor(`http://127.0.0.1:${port}`));
    for (const object of [followedNode(), webService(1), webSlice(1, [5])]) api.put(object);
  });
  afterAll(async () => {
    endRelay();
    await node.dispose();
    await api.close();
    rmSync(work, { recursive: true });
  });

  interface Running {
    readonly child: ChildProcess;
    readonly lines: () => readonly string[];
    readonly until: (
      what: (lines: readonly string[]) => boolean | Promise<boolean>,
    ) => Promise<void>;
  }

  /** A directory with an nft that notes how it was called, and runs `script` before it is the real one. */
  function programsWith(script: string): string {
    const directory = mkdtempSync(join(work, 'bin-'));
    const lines = ['#!/bin/sh', `echo "$*" >> ${directory}/calls`, script];
    const text = [...lines, `PATH=${process.env['PATH']} exec nft "$@"`, ''].join('\n');
    writeFileSync(join(directory, 'nft'), text, { mode: 0o755 });
    return directory;
  }

  /** How many transactions came as a file, since one waited for a line. */
  function filesOf(directory: string): number {
    const calls = readFileSync(join(directory, 'calls'), 'utf8').split('\n');
    return calls.slice(calls.indexOf('-i')).filter((call) => call === '-f -').length;
  }

  function start(...args: readonly string[]): Running {
    return startWith(process.env['PATH'], ...args);
  }

  function startWith(path: string | undefined, ...args: readonly string[]): Running {
    const all = [
      ...['apply', '--from-cluster', '--follow', '--kubeconfig', kubeconfig, '--no-sysctl'],
      ...['--node-name', 'node-a', '--state-dir', join(work, 'state'), '--min-sync-period', '0'],
      ...args,
    ];
    const child = spawn(
      'nsenter',
      [...enterArguments(node), process.execPath, natcProgram, ...all],
      {
        env: { PATH: path },
      },
    );
    let text = '';
    child.stderr.on('data', (data: Buffer) => {
      text += data.toString();
    });
    const lines = () => text.split('\n').filter((line) => line !== '');
    return {
      child,
      lines,
      until: async (what) => {
        const last = Date.now() + patience;
        while (!(await what(lines()))) {
          if (Date.now() > last) throw new Error(`waited in vain: ${what}\n${text}`);
          await sleep(20);
        }
      },
    };
  }
  const kernel = () =>
    node.run(['nft', 'list', 'table', 'ip', 'natc']).then(({ stdout }) => stdout);
  const serves = async (host: number) => (await kernel()).includes(`10.1.0.${host} . 8080`);
  const exitOf = async ({ child, lines }: Running): Promise<unknown> => {
    const late = setTimeout(() => child.kill('SIGKILL'), patience);
    const [code, signal] = await once(child, 'exit');
    clearTimeout(late);
    if (signal !== null) throw new Error(`it did not end:\n${lines().join('\n')}`);
    return code;
  };

  test('SIGTERM ends it with 0, and the rules stay; each line of its log is JSON', async () => {
    const running = start('--log-format', 'json');
    const { child, lines, until } = running;
    await until(() => serves(5));
    api.put(webSlice(1, [6]));
    await until(() => serves(6));
    child.kill('SIGTERM');
    expect(await exitOf(running)).toBe(0);
    expect(await serves(6)).toBe(true);
    const said = lines().map((line) => JSON.parse(line));
    for (const line of said)
      expect(line).toMatchObject({ time: expect.any(String), level: 'info' });
    expect(said.map(({ message }) => message)).toContain('ended; the rules stay');
    expect(said.map(({ message }) => message)).toContain('listed 1 Service');
  });

  test('SIGHUP reads natc.yaml again, and keeps the old one where the new one is wrong', async () => {
    writeFileSync(
      config,
      'apiVersion: natc.dev/v1alpha1\nkind: NatcConfiguration\nclusterCIDR: 10.1.0.0/16\n',
    );
    const running = start('--natc-config', config);
    const { child, until } = running;
    await until(async () => (await kernel()).includes('10.1.0.0/16'));
    writeFileSync(
      config,
      'apiVersion: natc.dev/v1alpha1\nkind: NatcConfiguration\nclusterCIDR: 10.9.0.0/16\n',
    );
    child.kill('SIGHUP');
    await until(async () => (await kernel()).includes('10.9.0.0/16'));
    writeFileSync(
      config,
      'apiVersion: natc.dev/v1alpha1\nkind: NatcConfiguration\nclusterCIDR: [\n',
    );
    child.kill('SIGHUP');
    await until((lines) =>
      lines.some((line) => line.includes('the configuration stays as it was')),
    );
    api.put(webSlice(1, [7]));
    await until(() => serves(7));
    expect(await kernel()).toContain('10.9.0.0/16');
    child.kill('SIGTERM');
    expect(await exitOf(running)).toBe(0);
  });

  test.each([
    ['through an nft that waits for it', '', 0],
    ['where nft takes no lines', 'exit 1', 1],
    ['where nft says nothing', 'exec sleep 0.1', 1],
    ['where nft answers something else', "printf 'table ip natc {\\n}\\n'; exit", 1],
  ])('a change comes %s', async (_, waiting, files) => {
    api.put(webSlice(1, [5]));
    const directory = programsWith(waiting === '' ? ':' : `[ "$1" != -i ] || { ${waiting}; }`);
    const running = startWith(`${directory}:${process.env['PATH']}`);
    await running.until((lines) => lines.some((line) => / applied | in force/.test(line)));
    api.put(webSlice(1, [8]));
    await running.until(() => serves(8));
    running.child.kill('SIGTERM');
    expect(await exitOf(running)).toBe(0);
    expect(filesOf(directory)).toBe(files);
    expect(running.lines().join('\n')).not.toMatch(/warning|error/);
  });

  test.each([
    ['one line', 100, 0],
    ['a file, where it is long,', 250, 1],
  ])('a change comes as %s with all its elements', async (_, count, files) => {
    const hosts = Array.from({ length: count }, (_, index) => index + 1);
    api.put(webSlice(1, hosts));
    const directory = programsWith(':');
    const running = startWith(`${directory}:${process.env['PATH']}`);
    await running.until((lines) => lines.some((line) => / applied | in force/.test(line)));
    // All that come after it move up.
    api.put(webSlice(1, hosts.slice(1)));
    await running.until(async () => !(await serves(1)));
    running.child.kill('SIGTERM');
    expect(await exitOf(running)).toBe(0);
    const served = new Set((await kernel()).match(/10\.1\.0\.\d+ \. 8080/g));
    expect(served.size).toBe(count - 1);
    expect(filesOf(directory)).toBe(files);
  });

  test('after kill -9, at whatever moment, the next one is as if nothing had been', async () => {
    // Before it listed, while it applies, and between changes.
    const moments = fc.sample(fc.integer({ min: 0, max: isLong ? 3000 : 1200 }), {
      numRuns: isLong ? 60 : 3,
    });
    for (const [round, moment] of moments.entries()) {
      const { child } = start();
      const exited = once(child, 'exit');
      const killer = sleep(moment).then(() => child.kill('SIGKILL'));
      for (let change = 0; change < 5; change++) {
        api.put(webSlice(1, [20 + ((round * 5 + change) % 200)]));
        await sleep(moment / 5);
      }
      await Promise.all([killer, exited]);
    }
    api.put(webSlice(1, [239]));
    const running = start();
    const { child, until } = running;
    // The one before may have served it already.
    await until((lines) => lines.some((line) => line.includes('listed')));
    await until(async () =>
      isDeepStrictEqual(
        [...new Set((await kernel()).match(/10\.1\.0\.\d+ \. 8080/g))],
        ['10.1.0.239 . 8080'],
      ),
    );
    child.kill('SIGINT');
    expect(await exitOf(running)).toBe(0);
  });
});
