import { describe, expect, test } from 'vitest';
import { parseNftErrors } from '../../../src/host/machine/nft-error.ts';
import { nftDiagnostics } from '../../../src/nftables/host/nft-error.ts';
import { failure, success } from '../../support/fake-host.ts';

const nothing = { tables: [] };
const codesOf = (...args: Parameters<typeof nftDiagnostics>) =>
  nftDiagnostics(...args).map(({ code }) => code);

describe('what a run of nft means', () => {
  test.each([
    ['success', success(), []],
    ['no such program', { kind: 'not-started', message: 'nft: command not found' }, ['NATC5001']],
    ['a shell found no nft', failure('sh: 1: nft: not found\n', 127), ['NATC5001']],
    ['a shell may not run nft', failure('sh: 1: nft: Permission denied\n', 126), ['NATC5001']],
    ['a signal', { kind: 'signalled', signal: 'SIGSEGV', stderr: '' }, ['NATC5004']],
    ['a signal below a shell', failure('Segmentation fault\n', 139), ['NATC5004']],
    [
      'no permission',
      failure('netlink: Error: cache initialization failed: Operation not permitted\n'),
      ['NATC5002'],
    ],
    [
      'a refusal',
      failure('/dev/stdin:1:1-4: Error: Could not process rule: File exists\nx\n^\n'),
      ['NATC5003'],
    ],
    ['a failure without words', failure(''), ['NATC5003']],
  ] as const)('%s', (_, result, codes) => {
    expect(codesOf(result, nothing)).toEqual(codes);
  });

  test('every error of nft, with the line it quotes', () => {
    const stderr = `/dev/stdin:8:4-36: Error: Could not process rule: File exists
\t\t\t10.96.0.10 . tcp . 80 : goto a,
\t\t\t^^^^^^^^^^
In file included from /dev/stdin:1:1-2:
/dev/stdin:13:18-18: Error: syntax error, unexpected '}'
\tchain c { bogus }
\t                ^
`;
    expect(parseNftErrors(stderr)).toEqual([
      { message: 'Could not process rule: File exists', line: '10.96.0.10 . tcp . 80 : goto a,' },
      { message: "syntax error, unexpected '}'", line: 'chain c { bogus }' },
    ]);
  });
});
