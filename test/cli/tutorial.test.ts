import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeWithKernel } from '../support/kernel-available.ts';
import { natcProgram } from '../support/natc.ts';

const blocks = [...readFileSync('docs/tutorial.md', 'utf8').matchAll(/```sh\n([\s\S]*?)```/g)].map(
  (match) => match[1] ?? '',
);

describeWithKernel('docs/tutorial.md', () => {
  test('does what it says', () => {
    const folder = mkdtempSync(join(tmpdir(), 'natc-tutorial-'));
    // Named namespaces are files under /run/netns, which this mount keeps to ourselves; `natc` has to be
    // a program, because `ip netns exec` runs it.
    const prelude = `
      set -eu
      mount -t tmpfs tmpfs /run
      mkdir bin
      printf '#!/bin/sh\\nexec "%s" "%s" "$@"\\n' '${process.execPath}' '${natcProgram}' > bin/natc
      chmod +x bin/natc
      PATH=$PWD/bin:$PATH
    `;
    const namespace = process.getuid?.() === 0 ? '-nm' : '-Urnm';
    const waitForServers = `
      for i in 1 2; do
        until ip netns exec node curl -s -o pod$i.check http://10.180.0.1$i:8080/; do sleep 0.1; done
      done
    `;
    const script = [prelude, blocks[0], waitForServers, ...blocks.slice(1)].join('\n');
    const run = spawnSync('unshare', [namespace, 'sh', '-c', script], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] },
    });
    rmSync(folder, { recursive: true });
    expect(run).toMatchObject({ status: 0 });
    const greetings = run.stdout.match(/^hello from pod [12]$/gm) ?? [];
    expect(greetings).toHaveLength(6 + 1 + 6);
    expect(new Set(greetings).size).toBe(2);
    expect(run.stdout).toContain('the kernel accepts the ruleset');
    expect(run.stdout).toMatch(/^refused$/m);
  });
});
