import type { AssertionVerdict } from '../../assert/breach.ts';
import { breachFindings, breachFindingsInTurn } from '../../assert/findings.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Uncompiled } from '../../plan/uncompiled.ts';
import { gapLines } from '../list/gap-lines.ts';
import { paletteFor } from '../messages/messages.ts';
import { workflowCommands } from '../messages/safe-terminal.ts';
import type { Terminal } from '../terminal.ts';
import type { AssertFlags } from './options.ts';

/** @param uncompiled Services that the verdicts leave out */
export async function formatVerdictsOf(
  verdicts: readonly AssertionVerdict[],
  uncompiled: readonly Uncompiled[],
  flags: AssertFlags,
  terminal: Terminal,
): Promise<string> {
  const { locate } = await import('../../read/locate.ts');
  const { makeReport } = await import('../../diagnostics/report.ts');
  const report = (findings: readonly Diagnostic[]) =>
    makeReport(findings, { locate, least: 'error', limit: flags.maxDiagnostics ?? 1000 });
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
      const { shownAnnotations } = await import('../../diff/format-github.ts');
      const findings = breachFindingsInTurn(verdicts);
      const shown = findings.slice(0, flags.maxDiagnostics ?? shownAnnotations);
      const left = findings.length - shown.length;
      const rest = left === 0 ? '' : `::notice title=natc assert::${left} more, not annotated\n`;
      return `${workflowCommands(formatGithub(report(shown)))}${rest}`;
    }
    case 'sarif': {
      const { formatSarif } = await import('../../diagnostics/format-sarif.ts');
      const { version } = await import('../version.ts');
      return formatSarif(report(breachFindings(verdicts)), version());
    }
    case 'junit': {
      const { formatVerdictsJunit } = await import('../../assert/format-junit.ts');
      return formatVerdictsJunit(verdicts, locate);
    }
  }
}
