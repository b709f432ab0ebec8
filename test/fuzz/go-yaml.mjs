/** natc's YAML against Go's, on changed documents and on what the fuzzer found interesting. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

const batch = 2000;

/** @returns {boolean} whether they disagree, or could not be compared */
export function compareWithGo(
  { changedDocuments, readDocument },
  { root, cache, seconds, seed, interesting },
) {
  const program = join(cache, 'go-yaml');
  const { status, error } = spawnSync('go', ['build', '-o', program, '.'], {
    cwd: join(root, 'test/fuzz/go-yaml'),
    stdio: 'inherit',
  });
  if (status !== 0) {
    console.error(error ? 'Go is missing: not compared with its YAML' : 'go build failed');
    return true;
  }
  const end = Date.now() + seconds * 1000;
  let compared = 0;
  for (let round = 0; Date.now() < end; round++) {
    const texts = round === 0 ? interesting : changedDocuments(seed + round, batch);
    const read = texts.flatMap((text) => {
      const document = readDocument(text);
      return document === undefined ? [] : [{ text, value: document.value ?? null }];
    });
    const input = read.map(({ text }) => `${Buffer.from(text).toString('base64')}\n`).join('');
    const { stdout } = spawnSync(program, { input, maxBuffer: 2 ** 30 });
    const answers = stdout.toString().split('\n');
    for (const [index, { text, value }] of read.entries()) {
      compared++;
      const answer = answers[index] ?? 'error';
      const theirs = answer === 'error' ? undefined : Buffer.from(answer, 'base64').toString();
      const ours = JSON.stringify(value);
      if (theirs !== undefined && isDeepStrictEqual(JSON.parse(theirs), JSON.parse(ours))) continue;
      const said = `natc reads\n${ours}\nGo reads\n${theirs ?? 'an error'}`;
      const file = join(cache, `found-go-yaml-${seed}`);
      writeFileSync(file, text);
      console.error(`${said}\nof ${JSON.stringify(text)}\nwhich is in ${file}`);
      return true;
    }
  }
  console.log(`${compared} documents read alike`);
  return false;
}
