import type { Verdict } from '../../assert/breach.ts';
import { breachFindings } from '../../assert/findings.ts';
import type { Uncompiled } from '../../plan/uncompiled.ts';
import { gapLines } from '../list/gap-lines.ts';
import { paletteFor } from '../messages/messages.ts';
import { workflowCommands } from '../messages/safe-terminal.ts';
import type { Terminal } from '../terminal.ts';
import type { AssertFlags } from './options.ts';

/** @param uncompiled Services that the verdicts leave out */
export async function formatVerdictsOf(
  verdicts: readonly Verdict[],
  uncompiled: readonly Uncompiled[],
  flags: AssertFlags,
  terminal: Terminal,
): Promise<string> {
  const { locate } = await import('../../read/locate.ts');
  const { makeReport } = await import('../../diagnostics/report.ts');
  const report = () =>
    makeReport(breachFindings(verdicts), {
      locate,
      least: 'error',
      limit: flags.maxDiagnostics ?? 1000,
    });
  switch (flags.output) {
    case 'text': {
      const { formatVerdicts } = await import('../../assert/format-text.ts');
      const toFile = flags.outFile !== undefined;
      const palette = paletteFor(toFile ? { color: 'never' } : flags, terminal.stdout, terminal);
      return `${formatVerdicts(verdicts, { palette, locate })}${gapLines(uncompiled)}`;
    }
    case 'json': {
      const { formatVerdictsJson } = await import('../../assert/format-json.ts');
      return formatVerdictsJson(verdicts, uncompiled, locate);
    }
    case 'github': {
      const { formatGithub } = await import('../../diagnostics/format-github.ts');
      return workflowCommands(formatGithub(report()));
    }
    case 'sarif': {
      const { formatSarif } = await import('../../diagnostics/format-sarif.ts');
      const { version } = await import('../version.ts');
      return formatSarif(report(), version());
    }
    case 'junit': {
      const { formatVerdictsJunit } = await import('../../assert/format-junit.ts');
      return formatVerdictsJunit(verdicts, locate);
    }
  }
}
