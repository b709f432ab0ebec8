import { chmodSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unremoved, warnOfUnknownSysctls } from '../../src/backends/cleanup.ts';
import { confirm } from '../../src/backends/confirm.ts';
import { leftoversBeside } from '../../src/backends/table.ts';
import { undoExpired } from '../../src/backends/undo-expired.ts';
import { confirmedTooLate, resultOf, undoneBefore } from '../../src/cli/apply/undone.ts';
import { type CompileOutput, compile } from '../../src/compile.ts';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { formatText } from '../../src/diagnostics/format-text.ts';
import { plainPalette } from '../../src/diagnostics/palette.ts';
import { makeReport } from '../../src/diagnostics/report.ts';
import type { Host } from '../../src/host/machine/host.ts';
import { listKubeProxy } from '../../src/host/machine/kube-proxy-listing.ts';
import { listeningSockets } from '../../src/host/machine/listening-ports.ts';
import { checkSysctls, requiredSysctls, routeLocalnet } from '../../src/host/machine/sysctl.ts';
import { type LockResult, takeLock } from '../../src/host/state/lock.ts';
import { pendingStatus } from '../../src/host/state/pending-status.ts';
import { takeBackLocalnet } from '../../src/host/state/set-sysctls.ts';
import { unsafeStateDirectory } from '../../src/host/state/state-directory.ts';
import { refuseFromNow } from '../../src/host/state/unconfirmed.ts';
import { applyByIptables, desiredTablesFrom } from '../../src/iptables/host/apply.ts';
import { halfOf } from '../../src/nftables/canonical/digest.ts';
import { applyRuleset, desiredFrom } from '../../src/nftables/host/apply.ts';
import { cleanUp } from '../../src/nftables/host/cleanup.ts';
import { checkInKernel } from '../../src/nftables/host/kernel-check.ts';
import { listKernelRuleset } from '../../src/nftables/host/kernel-ruleset.ts';
import { nftFamilies } from '../../src/nftables/host/kernel-tables.ts';
import { storeRevision } from '../../src/nftables/host/revision-store.ts';
import { rollBack } from '../../src/nftables/host/rollback.ts';
import { stampOperations } from '../../src/nftables/host/stamp.ts';
import { statusOf } from '../../src/nftables/host/status.ts';
import { renderScript } from '../../src/nftables/script.ts';
import { defaultOptions } from '../../src/options.ts';
import { protectPorts } from '../../src/plan/shadowed-ports.ts';
import { locate } from '../../src/read/locate.ts';
import { readObjects } from '../../src/read/read.ts';
import { appliedInput, believeInput } from './believe.ts';
import { fakeHost, type HostScript, success } from './fake-host.ts';

export interface HostFixture {
  readonly command:
    | ('confirm' | 'undo')
    | ('apply' | 'believe' | 'check' | 'cleanup' | 'explain' | 'rollback' | 'status')
    | 'list-kube-proxy'
    | 'protect-ports';
  /** `--protect-ports` */
  readonly policy?: 'warn' | 'deny';
  /** Default: nftables. */
  readonly backend?: 'iptables';
  readonly host: HostScript;
  /** What is compiled; without it a small Service of type NodePort. */
  readonly manifest?: string;
  /** `believe`: what was applied before; `forgotten`: the state directory does not say what. */
  readonly appliedBefore?: string;
  readonly forgotten?: boolean;
  readonly nodeName?: string;
  /** `cleanup`: the state directory is lost. */
  readonly lostState?: boolean;
  /** `cleanup`, `status`: natc had switched route_localnet on. */
  readonly hadSetLocalnet?: boolean;
  /** Why the lock cannot be taken. */
  readonly noLock?: string;
  /** A state directory other than an empty one. */
  readonly stateDirectory?: string;
  /** The manifest was applied before: the stamps and the state directory say so. Then `--verify`. */
  readonly verifyAfterApply?: boolean;
  /** `cleanup`: a state file that cannot be removed, and the system's word for why. */
  readonly unremovable?: { readonly name: string; readonly reason: string };
  /** A directory is in the place of the lock. */
  readonly badLock?: boolean;
  /** Others may write to the state directory. */
  readonly sharedStateDirectory?: boolean;
  /** An earlier change waits to be confirmed. */
  readonly waiting?: boolean;
  /** What confirm.json says, where it is not for the apply; `undo`: before an apply. */
  readonly pending?: Readonly<Record<string, unknown>>;
  /** A ruleset that nobody confirmed: the one that is applied. */
  readonly unconfirmed?: boolean;
  /** `apply --confirm-timeout` */
  readonly confirmTimeout?: number;
  /** natc worked through nftables before, says the state directory. */
  readonly afterNftables?: boolean;
  /** iptables-restore ends well and does nothing. */
  readonly losesRules?: boolean;
  /** The kernel holds revision 2, and the file of revision 1 is cut off. */
  readonly damagedRevision?: boolean;
}

const nodePortManifest = `apiVersion: v1
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

/** What natc says on stderr about a scripted machine. */
export async function runOnHost(fixture: HostFixture): Promise<string> {
  const report = makeReport(await diagnosticsOf(fixture), { locate, least: 'note', limit: 50 });
  return formatText(report, { palette: plainPalette, width: 80 });
}

async function diagnosticsOf(fixture: HostFixture): Promise<readonly Diagnostic[]> {
  const bytes = new TextEncoder().encode(fixture.manifest ?? nodePortManifest);
  const { output } = compile(readObjects([{ name: 'web.yaml', bytes }]).objects, defaultOptions);
  if (output === undefined) throw new Error('the manifest of the host fixture does not compile');
  const { host } = fakeHost(fixture.host);
  switch (fixture.command) {
    case 'apply':
      return applyDiagnostics(fixture, output);
    case 'protect-ports': {
      const sockets = await listeningSockets(host);
      return protectPorts(output.plan, sockets, new Set(), fixture.policy ?? 'warn').diagnostics;
    }
    case 'believe':
      return believeDiagnostics(fixture);
    case 'check':
      return [
        ...(await checkInKernel(host, output.ruleset)),
        ...(await checkSysctls(host, requiredSysctls(output.plan))),
      ];
    case 'cleanup':
      if (fixture.unremovable !== undefined) return unremoved('/run/natc', [fixture.unremovable]);
      return fixture.lostState === true
        ? warnOfUnknownSysctls(host, '/run/natc')
        : [...(await takenBack(fixture, host)), ...(await cleanUp(host)).diagnostics];
    case 'explain':
      return (await listKernelRuleset(host, ['ip'])).diagnostics;
    case 'list-kube-proxy': {
      const found = await listKubeProxy(host);
      return 'diagnostic' in found ? [found.diagnostic] : [];
    }
    case 'rollback':
      return rollbackDiagnostics(fixture, output);
    case 'confirm':
    case 'undo':
      return undoneDiagnostics(fixture, host);
    case 'status': {
      if (fixture.pending !== undefined) return pendingDiagnostics(fixture.pending);
      const directoryOf = fixture.hadSetLocalnet === true ? afterSetLocalnet : nowhere;
      const status = await directoryOf(async (directory) =>
        statusOf(host, directory, await leftoversBeside('nftables')),
      );
      return 'refusals' in status ? status.refusals : status.diagnostics;
    }
  }
}

/** natc had switched route_localnet on. */
async function takenBack(fixture: HostFixture, host: Host): Promise<readonly Diagnostic[]> {
  if (fixture.hadSetLocalnet !== true) return [];
  return afterSetLocalnet((directory) => takeBackLocalnet(host, directory));
}

const nowhere = <T>(body: (directory: string) => Promise<T>): Promise<T> => body('/nonexistent');

async function afterSetLocalnet<T>(body: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'natc-fixture-'));
  try {
    const json = { format: 1, set: [{ name: routeLocalnet, revision: 1 }] };
    writeFileSync(join(directory, 'sysctls.json'), JSON.stringify(json), { mode: 0o600 });
    return await body(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function believeDiagnostics(fixture: HostFixture): Promise<readonly Diagnostic[]> {
  const stateDir = mkdtempSync(join(tmpdir(), 'natc-fixture-'));
  try {
    const { appliedBefore, manifest = nodePortManifest, nodeName, forgotten } = fixture;
    const { host } = fakeHost(fixture.host);
    const flags = { stateDir, nodeName };
    if (appliedBefore !== undefined) await appliedInput(host, appliedBefore, flags);
    if (forgotten === true) rmSync(join(stateDir, 'served-objects.gz'));
    const belief = await believeInput(host, manifest, flags);
    return belief.diagnostics.map((diagnostic) => withoutPath(diagnostic, stateDir));
  } finally {
    rmSync(stateDir, { recursive: true });
  }
}

async function rollbackDiagnostics(
  fixture: HostFixture,
  output: CompileOutput,
): Promise<readonly Diagnostic[]> {
  const stateDirectory = mkdtempSync(join(tmpdir(), 'natc-fixture-'));
  try {
    const isDamaged = fixture.damagedRevision === true;
    const script = isDamaged
      ? await afterApply(fixture.host, output, stateDirectory)
      : fixture.host;
    if (isDamaged) {
      const digest = '0'.repeat(32);
      const revision = { number: 1, digest, time: 0 };
      await storeRevision(
        stateDirectory,
        { revision, ruleset: { tables: [] }, flowServices: [] },
        undefined,
      );
      truncateSync(join(stateDirectory, `revision-${digest}.gz`), 150);
    }
    const outcome = await rollBack(fakeHost(script).host, {
      stateDirectory,
      lock: async () => ({ kind: 'held', lock: { release: async () => {} } }),
      now: () => 0,
    });
    return 'diagnostics' in outcome
      ? outcome.diagnostics.map((diagnostic) => withoutPath(diagnostic, stateDirectory))
      : [];
  } finally {
    rmSync(stateDirectory, { recursive: true });
  }
}

async function undoneDiagnostics(
  { command, pending }: HostFixture,
  host: Host,
): Promise<readonly Diagnostic[]> {
  const directory = directoryWith(pending);
  const options = { stateDirectory: directory, lock: async () => held, now: () => 100 };
  try {
    const undone =
      command === 'undo'
        ? await undoExpired(host, options, { replaces: true })
        : await confirm(host, options);
    if (undone.kind === 'damaged')
      return undone.diagnostics.map((diagnostic) => withoutPath(diagnostic, directory));
    if (undone.kind !== 'undone') return [];
    const { ago, outcome } = undone;
    const found =
      command === 'undo'
        ? undoneBefore(outcome, ago).diagnostics
        : [confirmedTooLate(ago, resultOf(outcome) ?? '')];
    return found.map((diagnostic) => withoutPath(diagnostic, directory));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function pendingDiagnostics(
  pending: NonNullable<HostFixture['pending']>,
): Promise<readonly Diagnostic[]> {
  const directory = directoryWith(pending);
  try {
    return (await pendingStatus(directory, undefined, undefined, 100)).diagnostics;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function directoryWith(pending: HostFixture['pending']): string {
  const directory = mkdtempSync(join(tmpdir(), 'natc-fixture-'));
  writeFileSync(join(directory, 'confirm.json'), JSON.stringify(pending), { mode: 0o600 });
  return directory;
}

const held: LockResult = { kind: 'held', lock: { release: async () => {} } };

/** The temporary directory has another name each time. */
const withoutPath = (diagnostic: Diagnostic, directory: string): Diagnostic => ({
  ...diagnostic,
  message: diagnostic.message.replace(directory, '/run/natc'),
  places: diagnostic.places.map((place) =>
    place.kind === 'option' && place.value === directory
      ? { ...place, value: '/run/natc' }
      : place.kind === 'file'
        ? { ...place, name: place.name.replace(directory, '/run/natc') }
        : place,
  ),
});

async function applyDiagnostics(
  fixture: HostFixture,
  output: CompileOutput,
): Promise<readonly Diagnostic[]> {
  const temporary = mkdtempSync(join(tmpdir(), 'natc-fixture-'));
  const stateDirectory = fixture.stateDirectory ?? temporary;
  const verify = fixture.verifyAfterApply === true;
  const script = verify ? await afterApply(fixture.host, output, stateDirectory) : fixture.host;
  if (fixture.sharedStateDirectory === true) chmodSync(temporary, 0o777);
  const unsafe = await unsafeStateDirectory(temporary);
  const lock: LockResult =
    unsafe !== undefined
      ? { kind: 'unavailable', reason: unsafe }
      : fixture.noLock === undefined
        ? { kind: 'held', lock: { release: async () => {} } }
        : { kind: 'unavailable', reason: fixture.noLock };
  if (fixture.waiting === true) {
    const pending = { format: 1, digest: '0'.repeat(32), deadline: 20 };
    writeFileSync(join(temporary, 'confirm.json'), JSON.stringify(pending));
  }
  if (fixture.afterNftables === true) writeFileSync(join(temporary, 'settled.json'), '{}');
  if (fixture.badLock === true) mkdirSync(join(temporary, 'lock'));
  const { confirmTimeout } = fixture;
  const options = {
    lock: async () => (fixture.badLock === true ? takeLock(temporary, 0) : lock),
    maxRemovals: 50,
    sysctls: requiredSysctls(output.plan),
  };
  try {
    if (fixture.backend === 'iptables') {
      const wanted = desiredTablesFrom(output.plan);
      const { host } = fakeHost(script);
      const kernel = fixture.losesRules === true ? host : withStamps(host);
      const outcome = await applyByIptables(kernel, wanted, {
        ...options,
        others: await leftoversBeside('iptables'),
        stateDirectory,
        verify,
        force: false,
        input: undefined,
        now: () => 0,
      });
      return outcome.kind === 'lock-timeout' ? [] : outcome.diagnostics;
    }
    const wanted = desiredFrom(output);
    if (fixture.unconfirmed === true)
      await refuseFromNow(temporary, { digest: wanted.digest, time: 1000 });
    const outcome = await applyRuleset(fakeHost(script).host, wanted, {
      ...options,
      others: await leftoversBeside('nftables'),
      stateDirectory,
      verify,
      force: false,
      input: undefined,
      confirmation: confirmTimeout === undefined ? undefined : confirmation(confirmTimeout),
      now: () => 0,
    });
    return outcome.kind === 'lock-timeout'
      ? []
      : outcome.diagnostics.map((diagnostic) => withoutPath(diagnostic, temporary));
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

/** Makes the scripted kernel and the state directory those of a host where this was applied. */
async function afterApply(
  script: HostScript,
  output: CompileOutput,
  stateDirectory: string,
): Promise<HostScript> {
  const { written, digest, flowServices } = desiredFrom(output);
  const revision = { number: 2, digest, time: 0 };
  await storeRevision(stateDirectory, { revision, ruleset: written, flowServices });
  const stamps = nftFamilies.map((family) => {
    const stamp = { number: 2, half: halfOf(digest, family), time: 0 };
    const set = renderScript(stampOperations({ family, table: 'natc' }, undefined, stamp));
    return [`nft list set ${family} `, success(`set revision {\n${set}\n}\n}\n`)] as const;
  });
  return { ...script, runs: [...stamps, ...(script.runs ?? [])] };
}

/** Keeps the stamps that iptables-restore is given, and gives them to whoever asks. */
function withStamps(host: Host): Host {
  const stamps = new Map<string, string>();
  return {
    ...host,
    run: async (command, args, stdin) => {
      const tool = command.replace('-restore', '');
      for (const commit of (stdin ?? '').split('COMMIT\n')) {
        const [, table] = /^\*(\w+)/.exec(commit) ?? [];
        const [stamp] = /^-A NATC-REVISION .*/m.exec(commit) ?? [];
        if (stamp !== undefined) stamps.set(`${tool} ${table}`, stamp);
      }
      const stamp = args.includes('NATC-REVISION')
        ? stamps.get(`${tool} ${args[args.indexOf('-t') + 1]}`)
        : undefined;
      return stamp === undefined ? host.run(command, args, stdin) : success(stamp);
    },
  };
}

const confirmation = (seconds: number) => ({ seconds, startWatcher: async () => {} });
