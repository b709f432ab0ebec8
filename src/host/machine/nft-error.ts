import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Place } from '../../diagnostics/place.ts';
import { refusedByNft } from './capabilities.ts';
import type { RunResult } from './host.ts';

/** What nft printed about one line of its input. */
interface NftError {
  readonly message: string;
  /** The line, as nft quotes it. */
  readonly line: string;
}

type PlacesOf = (line: string) => readonly Place[];

/**
 * What a failed nft run means.
 *
 * @param placesOf where a line that nft quotes comes from
 * @returns no diagnostics when the run succeeded
 */
export function nftFailure(
  result: RunResult,
  placesOf: PlacesOf = () => [],
): readonly Diagnostic[] {
  switch (result.kind) {
    case 'not-started':
      return [nftMissing(result.message)];
    case 'signalled':
      return [
        result.limit === undefined
          ? nftCrashed(result.signal)
          : programStopped('nft', result.limit),
      ];
    case 'exited':
      return result.exitCode === 0 ? [] : exitDiagnostics(result.exitCode, result.stderr, placesOf);
  }
}

function exitDiagnostics(
  exitCode: number,
  stderr: string,
  placesOf: PlacesOf,
): readonly Diagnostic[] {
  // A shell, or unshare, could not start it.
  if (exitCode === 126 || exitCode === 127) return [nftMissing(stderr.trim())];
  // A shell between us and nft reports a signal so.
  if (exitCode > 128) return [nftCrashed(`signal ${exitCode - 128}`)];
  if (stderr.includes('Operation not permitted')) return [refusedByNft];
  const errors = parseNftErrors(stderr);
  if (errors.length === 0) {
    const text = stderr.trim().split('\n').join('; ');
    return [refusal(text === '' ? `nft: exit status ${exitCode}` : text, [])];
  }
  return errors.map(({ message, line }) =>
    refusal(line === '' ? message : `${message}, at ${JSON.stringify(line)}`, placesOf(line)),
  );
}

function nftMissing(message: string): Diagnostic {
  return {
    code: 'NATC5001',
    severity: 'error',
    message: `cannot run nft: ${message}`,
    places: [],
    hint: 'install nftables (apt-get install nftables, dnf install nftables)',
  };
}

/** natc stopped a program that took too long or printed without end. */
export const programStopped = (program: string, limit: string): Diagnostic => ({
  code: 'NATC5101',
  severity: 'error',
  message: `${program} was stopped: ${limit}`,
  places: [],
  hint: 'look what it waits for; a slow machine needs a longer --command-timeout',
});

function nftCrashed(signal: string): Diagnostic {
  return {
    code: 'NATC5004',
    severity: 'error',
    message: `nft was ended by ${signal}`,
    places: [],
    hint: 'run natc again; if it happens each time, use the newest nft on this machine',
  };
}

const refusal = (message: string, places: readonly Place[]): Diagnostic => ({
  code: 'NATC5003',
  severity: 'error',
  message: `the kernel refused the ruleset: ${message}`,
  places,
  hint: 'natc explain-code NATC5003 names the usual causes',
});

/** `/dev/stdin:7:4-36: Error: No such file or directory`, and the line quoted below it. */
export function parseNftErrors(stderr: string): readonly NftError[] {
  const lines = stderr.split('\n');
  return lines.flatMap((line, index) => {
    const message = /(?:^|:\d+: |-\d+: )Error: (.*)$/.exec(line)?.[1];
    return message === undefined ? [] : [{ message, line: (lines[index + 1] ?? '').trim() }];
  });
}

/** Whether nft says that what it was to list is not there. */
export const isAbsent = (result: RunResult): boolean =>
  result.kind === 'exited' &&
  result.exitCode !== 0 &&
  result.stderr.includes('No such file or directory');
