/** A line of text that a PNG carries with it, so that a test knows what the picture is of. */
import { crc32 } from 'node:zlib';

const signatureLength = 8;
const keyword = 'Source';

/** The picture with the text in it; it looks the same. */
export function withPngText(png: Buffer, text: string): Buffer {
  const data = Buffer.from(`${keyword}\0${text}`, 'latin1');
  const body = Buffer.concat([Buffer.from('tEXt', 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  // Behind the header, which every PNG begins with.
  const place = signatureLength + 12 + png.readUInt32BE(signatureLength);
  return Buffer.concat([png.subarray(0, place), length, body, check, png.subarray(place)]);
}

/** The text, or undefined where there is none. */
export function pngText(png: Buffer): string | undefined {
  for (let place = signatureLength; place + 8 <= png.length; ) {
    const length = png.readUInt32BE(place);
    const data = png.subarray(place + 8, place + 8 + length).toString('latin1');
    if (png.toString('latin1', place + 4, place + 8) === 'tEXt' && data.startsWith(`${keyword}\0`))
      return data.slice(keyword.length + 1);
    place += length + 12;
  }
  return undefined;
}
