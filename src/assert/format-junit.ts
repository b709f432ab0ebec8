import type { Locate } from '../diagnostics/report.ts';
import { type AssertionVerdict, type Breach, whereBroken, witnessText } from './breach.ts';
import { breachCodes } from './findings.ts';

/** JUnit's XML, as CI systems read it: a test case for each assertion. */
export function formatVerdictsJunit(verdicts: readonly AssertionVerdict[], locate: Locate): string {
  const failures = verdicts.filter(({ breaches }) => breaches.length > 0).length;
  const counts = `tests="${verdicts.length}" failures="${failures}" errors="0"`;
  const cases = verdicts.map((verdict) => caseOf(verdict, locate)).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="natc assert" ${counts}>\n  <testsuite name="natc assert" ${counts}>\n${cases}  </testsuite>\n</testsuites>\n`;
}

function caseOf(verdict: AssertionVerdict, locate: Locate): string {
  const { assertion, breaches } = verdict;
  const location = locate(assertion.place);
  const where =
    location === undefined
      ? ''
      : ` classname="${escapeXml(location.file)}" file="${escapeXml(location.file)}" line="${location.line}"`;
  const head = `    <testcase name="${escapeXml(assertion.name)}"${where}`;
  const [first] = breaches;
  if (first === undefined) return `${head}/>\n`;
  const body = breaches.map((breach) => breachText(verdict, breach, locate)).join('\n');
  const failure = `<failure type="${breachCodes[assertion.verb]}" message="${escapeXml(`${whereBroken(verdict, first)}${first.text}`)}">${escapeXml(body)}</failure>`;
  return `${head}>\n      ${failure}\n    </testcase>\n`;
}

function breachText(verdict: AssertionVerdict, breach: Breach, locate: Locate): string {
  const { text, witness, origin } = breach;
  const location = origin && locate({ kind: 'field', ...origin });
  const place =
    location === undefined ? '' : `${location.file}:${location.line}:${location.column}: `;
  return `${place}${whereBroken(verdict, breach)}${text}${witness === undefined ? '' : `\n  packet: ${witnessText(witness)}`}`;
}

/** Characters that XML 1.0 has no way to write become the sign for them. */
const escapeXml = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML cannot hold
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;');
