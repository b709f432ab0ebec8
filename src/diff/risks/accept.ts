import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { didYouMean } from '../../diagnostics/did-you-mean.ts';
import { fits } from '../../diagnostics/ignore.ts';
import { quote } from '../../diagnostics/quote.ts';
import type { AcceptRule } from '../../model/accept-rules.ts';
import { isRiskCode, type RiskCode, riskEntry, riskTable } from './table.ts';

/** Why a risk counts no more. */
export interface Accepted {
  readonly reason: string;
  readonly from: AcceptRule['from'];
}

/** What somebody accepts, and what became of it. */
export interface Acceptance {
  /** Undefined where nobody accepts it. */
  readonly of: (risk: {
    readonly code: RiskCode;
    readonly service: string | undefined;
  }) => Accepted | undefined;
  /**
   * What is wrong with what says what is accepted, once all risks were asked about.
   *
   * @param isWhole whether everything was compared that a rule may be about: then one that accepts nothing is told
   */
  readonly complaints: (isWhole: boolean) => readonly Diagnostic[];
}

export function acceptance(rules: readonly AcceptRule[]): Acceptance {
  const used = new Set<AcceptRule>();
  const blocked = new Set<AcceptRule>();
  const known = rules.filter(({ code, reason }) => isRiskCode(code) && reason !== undefined);
  return {
    of: ({ code, service }) => {
      let accepted: Accepted | undefined;
      for (const rule of known) {
        const isMeant =
          rule.code === code &&
          (rule.object === undefined || fits(rule.object, `Service ${service ?? ''}`));
        if (!isMeant) continue;
        if (rule.from === 'annotation' && riskEntry(code).isAboutOthers === true) {
          blocked.add(rule);
          continue;
        }
        used.add(rule);
        accepted ??= { reason: rule.reason ?? '', from: rule.from };
      }
      return accepted;
    },
    complaints: (isWhole) =>
      rules.flatMap((rule) => complaint(rule, used.has(rule), blocked.has(rule), isWhole)),
  };
}

function complaint(
  rule: AcceptRule,
  isUsed: boolean,
  isBlocked: boolean,
  isWhole: boolean,
): readonly Diagnostic[] {
  const { code, object, reason, place } = rule;
  const common = { severity: 'warning', places: [place] } as const;
  const of = object === undefined ? '' : ` of ${object}`;
  if (!isRiskCode(code)) {
    const meant = didYouMean(code, Object.keys(riskTable));
    return [
      {
        ...common,
        code: 'NATC6042',
        message: `${quote(code)} is no risk's code, so nothing is accepted`,
        hint:
          meant === undefined
            ? 'a code of docs/risks.md and the reason, such as "NATC6005 public since May"'
            : `did you mean ${meant}?`,
      },
    ];
  }
  if (reason === undefined)
    return [
      {
        ...common,
        code: 'NATC6041',
        message: `${code}${of} is not accepted: there is no reason`,
        hint: 'say why, for whoever reads it next',
      },
    ];
  if (isBlocked && !isUsed)
    return [
      {
        ...common,
        code: 'NATC6043',
        message: `${code}${of} is not accepted: it is about what a Service does to others`,
        hint: 'only acceptedRisks in natc.yaml can accept it',
      },
    ];
  return isUsed || !isWhole
    ? []
    : [
        {
          ...common,
          code: 'NATC6040',
          message: `there is no risk ${code}${of} to accept any more`,
          hint: 'remove this, so that it does not accept the next one unseen',
        },
      ];
}
