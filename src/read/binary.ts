import type { Diagnostic } from '../diagnostics/diagnostic.ts';

/** A format that is known by its first bytes, and how to get at what it holds. */
interface Format {
  readonly offset: number;
  readonly magic: string;
  readonly is: string;
  readonly hint: string;
}

const unpack = 'unpack it, and give natc the directory';
const through = (program: string): string =>
  `natc decompresses gzip only: use \`${program} -dc FILE | natc ... -f -\``;

/** `magic` in Latin-1. The magic numbers are those of file(1). */
const formats: readonly Format[] = [
  { offset: 0, magic: '\x28\xb5\x2f\xfd', is: 'compressed with zstd', hint: through('zstd') },
  { offset: 0, magic: '\xfd7zXZ\0', is: 'compressed with xz', hint: through('xz') },
  { offset: 0, magic: 'BZh', is: 'compressed with bzip2', hint: through('bzip2') },
  { offset: 0, magic: '\x04\x22\x4d\x18', is: 'compressed with lz4', hint: through('lz4') },
  {
    offset: 0,
    magic: '\x1f\x8b',
    is: 'compressed with gzip twice',
    hint: 'use `gzip -dc FILE | natc ... -f -`',
  },
  { offset: 0, magic: 'PK\x03\x04', is: 'a zip archive', hint: unpack },
  { offset: 257, magic: 'ustar', is: 'a tar archive', hint: unpack },
  {
    offset: 0,
    magic: 'k8s\0',
    is: "in Kubernetes' protobuf encoding",
    hint: 'ask for JSON: kubectl get -o json, or the header `Accept: application/json`',
  },
];

/** How much is looked at. */
const head = 8192;

/** Control characters that no text has, in whatever encoding; escape sequences are some of terminals. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const noText = /[\0-\x08\x0e-\x1a\x1c-\x1f]/;

/**
 * Says what bytes are that are no text at all; undefined for text, in whatever encoding.
 *
 * @param isUtf8 whether they are well-formed UTF-8
 */
export function binaryProblem(
  name: string,
  bytes: Uint8Array,
  isUtf8: boolean,
): Diagnostic | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, head));
  const latin = text.toString('latin1');
  // Text may begin with some of these letters.
  const isNoText = noText.test(latin);
  const format = isNoText || !isUtf8 ? formats.find((each) => fits(each, latin)) : undefined;
  if (format === undefined && (isUtf8 || !isNoText)) return undefined;
  const { is = 'no text', hint = 'natc reads YAML and JSON in UTF-8' } = format ?? {};
  return {
    code: 'NATC1061',
    severity: 'error',
    message: `${name} is ${is}`,
    places: [{ kind: 'file', name }],
    hint,
  };
}

const fits = ({ offset, magic }: Format, latin: string): boolean => latin.startsWith(magic, offset);
