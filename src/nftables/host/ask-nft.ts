import type { Host, WaitingPrograms } from '../../host/machine/host.ts';
import type { NftFamily } from '../../net/family.ts';
import type { Operation } from '../delta.ts';
import { tableName } from '../names.ts';
import { renderLine } from '../script.ts';
import type { Stamps } from './kernel-tables.ts';
import { parseStamp, revisionSet } from './stamp.ts';

/** Characters that an nft which waits is given at most: it reads them one by one. */
const mostAsked = 8_192;

/** An `nft -i` that waits from now on; undefined where nothing can wait. */
export const waitingNft = (host: Host): WaitingPrograms | undefined =>
  host.waiting?.('nft', ['-i']);

/**
 * Sends a transaction to an nft that waits for it (`nft -i`, which takes each line for one), and has it list the
 * stamps afterwards: by itself it says nothing of a transaction that the kernel took. An `nft -f` would be started first, and
 * then end only when the kernel has let go of what the transaction deleted, 10 ms after it is in force. A natc that dies
 * amid this leaves the transaction whole or unsent: so much text comes out of a socket in one piece.
 *
 * @param nft see {@link waitingNft}
 * @param families whose stamps are asked for
 * @returns the stamps that the kernel has; undefined where it is not known whether it took the transaction
 */
export async function askNft(
  nft: WaitingPrograms | undefined,
  operations: readonly Operation[],
  families: readonly NftFamily[],
): Promise<Stamps | undefined> {
  const line = renderLine(operations);
  if (nft === undefined || line.length > mostAsked) return undefined;
  const listings = families.map((family) => `list set ${family} ${tableName} ${revisionSet}\n`);
  const answer = await nft.ask([`${line}\n`, ...listings].join(''), (text) =>
    families.every((family) => listingIn(text, family) !== undefined),
  );
  const stampOf = (family: NftFamily) => parseStamp(listingIn(answer, family) ?? '');
  return { ip: stampOf('ip'), ip6: stampOf('ip6') };
}

/** What nft listed of one family; undefined where that is not there, or not to its end. */
function listingIn(text: string, family: NftFamily): string | undefined {
  const begin = text.indexOf(`table ${family} ${tableName} {\n`);
  const end = text.indexOf('\n}\n', begin);
  return begin < 0 || end < 0 ? undefined : text.slice(begin, end);
}
