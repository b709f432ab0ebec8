import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from '../../src/compile.ts';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { formatText } from '../../src/diagnostics/format-text.ts';
import { plainPalette } from '../../src/diagnostics/palette.ts';
import { makeReport } from '../../src/diagnostics/report.ts';
import { applyRuleset } from '../../src/live/apply.ts';
import { cleanUp } from '../../src/live/cleanup.ts';
import { checkInKernel } from '../../src/live/kernel-check.ts';
import { checkSysctls, requiredSysctls } from '../../src/live/sysctl.ts';
import { defaultOptions } from '../../src/options.ts';
import { locate } from '../../src/read/locate.ts';
import { readObjects } from '../../src/read/read.ts';
import { fakeHost, type HostScript } from './fake-host.ts';

export interface HostFixture {
  readonly command: 'apply' | 'check' | 'cleanup';
  readonly host: HostScript;
}

const manifest = `apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  type: NodePort
  clusterIP: 172.30.0.10
  ports:
    - port: 80
      nodePort: 30080
`;

/** What natc says on stderr about a scripted machine, with a small Service as its input. */
export async function runOnHost(fixture: HostFixture): Promise<string> {
  const report = makeReport(await diagnosticsOf(fixture), { locate, least: 'note', limit: 50 });
  return formatText(report, { palette: plainPalette, width: 80 });
}

async function diagnosticsOf({
  command,
  host: script,
}: HostFixture): Promise<readonly Diagnostic[]> {
  const { host } = fakeHost(script);
  const bytes = new TextEncoder().encode(manifest);
  const { output } = compile(readObjects([{ name: 'web.yaml', bytes }]).objects, defaultOptions);
  if (output === undefined) throw new Error('the manifest of the host fixtures does not compile');
  const sysctls = requiredSysctls(output.plan);
  switch (command) {
    case 'apply': {
      const outcome = await applyRuleset(host, output.plan, output.ruleset, {
        stateDirectory: join(tmpdir(), `natc-fixture-${process.pid}`),
        lock: async () => ({ kind: 'held', lock: { release: async () => {} } }),
        verify: false,
        maxRemovals: 50,
        sysctls,
        now: () => 0,
      });
      return outcome.kind === 'lock-timeout' ? [] : outcome.diagnostics;
    }
    case 'check':
      return [
        ...(await checkInKernel(host, output.ruleset)),
        ...(await checkSysctls(host, sysctls)),
      ];
    case 'cleanup':
      return (await cleanUp(host)).diagnostics;
  }
}
