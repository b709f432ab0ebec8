/** What natc reads against what kubectl reads, of changed texts and of what the fuzzer found interesting. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

const batch = 2000;

/** @returns {boolean} whether they disagree, or could not be compared */
export function compareWithGo(
  { changedStreams, readStream },
  { root, cache, seconds, seed, first },
) {
  const program = join(cache, 'go-yaml');
  const { status, error } = spawnSync('go', ['build', '-o', program, '.'], {
    cwd: join(root, 'test/fuzz/go-yaml'),
    stdio: 'inherit',
  });
  if (status !== 0) {
    console.error(error ? 'Go is missing: not compared with kubectl' : 'go build failed');
    return true;
  }
  const end = Date.now() + seconds * 1000;
  let compared = 0;
  for (let round = 0; Date.now() < end; round++) {
    const texts = round === 0 ? first : changedStreams(seed + round, batch);
    const read = texts.flatMap((text) => {
      const values = readStream(text);
      return values === undefined ? [] : [{ text, values }];
    });
    const input = read.map(({ text }) => `${Buffer.from(text).toString('base64')}\n`).join('');
    const { stdout } = spawnSync(program, { input, maxBuffer: 2 ** 30 });
    const answers = stdout.toString().split('\n');
    for (const [index, { text, values }] of read.entries()) {
      compared++;
      const answer = answers[index] ?? 'error';
      const theirs = answer === 'error' ? undefined : Buffer.from(answer, 'base64').toString();
      const ours = JSON.stringify(values);
      if (theirs !== undefined && isDeepStrictEqual(JSON.parse(theirs), JSON.parse(ours))) continue;
      const said = `natc reads\n${ours}\nkubectl reads\n${theirs ?? 'an error'}`;
      const file = join(cache, `found-go-yaml-${seed}`);
      writeFileSync(file, text);
      console.error(`${said}\nof ${JSON.stringify(text)}\nwhich is in ${file}`);
      return true;
    }
  }
  console.log(`${compared} texts read alike`);
  return false;
}
