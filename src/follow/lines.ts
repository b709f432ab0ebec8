/** Takes bytes as they come and gives the lines in them. */
export interface LineSplitter {
  /** @returns false once a line is longer than allowed: what follows cannot be told apart any more */
  readonly add: (bytes: Uint8Array) => boolean;
  /** Bytes of a line whose end has not come. */
  readonly unfinished: () => number;
}

const lineFeed = 0x0a;

/**
 * @param take is given each whole line without its line feed; empty ones are passed over
 * @param longest in bytes
 */
export function splitLines(take: (line: Uint8Array) => void, longest: number): LineSplitter {
  let parts: Uint8Array[] = [];
  let size = 0;
  const emit = (end: Uint8Array): void => {
    const line = parts.length === 0 ? end : Buffer.concat([...parts, end]);
    parts = [];
    size = 0;
    if (line.length > 0) take(line);
  };
  return {
    add: (bytes) => {
      let start = 0;
      for (let end = bytes.indexOf(lineFeed); end >= 0; end = bytes.indexOf(lineFeed, start)) {
        emit(bytes.subarray(start, end));
        start = end + 1;
      }
      if (start < bytes.length) {
        parts.push(bytes.subarray(start));
        size += bytes.length - start;
      }
      return size <= longest;
    },
    unfinished: () => size,
  };
}
