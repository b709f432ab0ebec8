import { describe, expect, test } from 'vitest';
import { readQuestion } from '../../src/explain/open-question.ts';

describe('reading what is asked', () => {
  test.each([
    ['10.0.0.9', '10.96.0.10:80', ['10.0.0.9', undefined, '10.96.0.10', 80, undefined]],
    ['10.0.0.9:4321', '10.96.0.10:53/udp', ['10.0.0.9', 4321, '10.96.0.10', 53, 'udp']],
    ['10.0.0.9', '10.96.0.10:53/UDP', ['10.0.0.9', undefined, '10.96.0.10', 53, 'udp']],
    ['10.0.0.9', '10.96.0.10/icmp', ['10.0.0.9', undefined, '10.96.0.10', 0, 'icmp']],
    ['fd00::9', '[fd00::a]:80', ['fd00::9', undefined, 'fd00::a', 80, undefined]],
    ['[fd00:0::9]:1', '[fd00::A]:80/sctp', ['fd00::9', 1, 'fd00::a', 80, 'sctp']],
    ['[fd00::9]', 'fd00::a', ['fd00::9', undefined, 'fd00::a', undefined, undefined]],
    ['10.0.0.9', undefined, ['10.0.0.9', undefined, undefined, undefined, undefined]],
  ])('%s %s', (from, to, [source, sourcePort, destination, destinationPort, protocol]) => {
    expect(readQuestion(from, to)).toEqual({
      source,
      sourcePort,
      destination,
      destinationPort,
      protocol,
    });
  });

  test.each([
    ['web', '10.96.0.10:80', '"web" is no source'],
    ['10.0.0.9', 'web:80', '"web:80" is no destination'],
    ['10.0.0.9', '10.96.0.10:0', 'is no destination'],
    ['10.0.0.9', '10.96.0.10:65536', 'is no destination'],
    ['10.0.0.9', '10.96.0.10:80/http', 'names no protocol'],
    ['10.0.0.9', '10.96.0.10:80/tcp/x', 'names no protocol'],
    ['10.0.0.9', '[fd00::a]:80', 'not of the same IP family'],
    ['10.0.0.9:99999', '10.96.0.10:80', 'is no source'],
  ])('not %s %s', (from, to, problem) => {
    expect(readQuestion(from, to)).toEqual({ problem: expect.stringContaining(problem) });
  });
});
