import { nothingInvented } from '../allocate/invented.ts';
import { plainPalette } from '../diagnostics/palette.ts';
import { chooseFrontend } from '../explain/choose-frontend.ts';
import { explain } from '../explain/explain.ts';
import type { Explanation } from '../explain/explanation.ts';
import { formatExplanationJson } from '../explain/format-json.ts';
import { formatExplanation } from '../explain/format-text.ts';
import { nftFamilyOf, readQuestion } from '../explain/open-question.ts';
import type { Question } from '../explain/question.ts';
import { locate } from '../read/locate.ts';
import { type Compiled, explainedSubject } from './subject.ts';

/** The first packet of a connection, in the words of `natc explain`. */
export interface PacketQuestion {
  /** An address, with or without port: `10.180.0.3`, `[fd00::3]:4000`. */
  readonly from: string;
  /** `ADDRESS:PORT`, with /tcp (the default), /udp or /sctp, or `ADDRESS/icmp`; or a Service, `shop/web` or `shop/web:http`. */
  readonly to: string;
  /** The interface that it comes in by; undefined: not known. */
  readonly inInterface?: string;
}

/**
 * What happens to a packet, and why: `natc explain`.
 *
 * @param nodeAddresses addresses of the node besides those that its options or Node object tell
 * @throws RangeError, with what is wrong in words, for a question that names no packet
 */
export function explainCompiled(
  compiled: Compiled,
  question: PacketQuestion,
  nodeAddresses: readonly string[] = [],
): Explanation {
  const subject = explainedSubject(compiled, nodeAddresses);
  return explain(subject, questionOf(question, subject));
}

function questionOf(
  { from, to, inInterface }: PacketQuestion,
  subject: Parameters<typeof chooseFrontend>[0],
): Question {
  const [, service, port] = /^([a-z0-9][-a-z0-9]*\/[a-z][-a-z0-9]*)(?::([^/:]+))?$/.exec(to) ?? [];
  const read = readQuestion(from, service === undefined ? to : undefined);
  if ('problem' in read) throw new RangeError(read.problem);
  const { source, sourcePort, destination, destinationPort, protocol = 'tcp' } = read;
  const base = { source, sourcePort, inInterface };
  if (service === undefined) {
    if (destination === undefined || destinationPort === undefined)
      throw new RangeError(`"${to}" needs a port: ADDRESS:PORT, or a Service`);
    return { ...base, destination, destinationPort, protocol };
  }
  const chosen = chooseFrontend(subject, nftFamilyOf(source), { service, port }, undefined);
  if ('problem' in chosen) throw new RangeError(chosen.problem);
  return { ...base, ...chosen };
}

/** An explanation as `natc explain -o` prints it, without colours. The JSON is of the schema natc.explain/v1. */
export const explanationText = (
  explanation: Explanation,
  format: 'text' | 'json' = 'text',
): string =>
  format === 'json'
    ? formatExplanationJson(explanation, locate, nothingInvented)
    : formatExplanation(explanation, { locate, palette: plainPalette, isTrace: false });
