import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collectInputs, largestInput, readLimited } from '../../src/read/inputs.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'natc-inputs-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const noStdin = () => Promise.reject(new Error('stdin was read'));

function write(path: string, text = 'x'): string {
  const full = join(folder, path);
  mkdirSync(join(full, '..'), { recursive: true });
  writeFileSync(full, text);
  return full;
}

async function collect(...paths: string[]) {
  const { inputs, diagnostics } = await collectInputs(paths, noStdin);
  return {
    names: inputs.map(({ name }) => name.replace(`${folder}/`, '')),
    problems: diagnostics.map(
      ({ code, message }) => `${code} ${message.replaceAll(folder, 'DIR')}`,
    ),
    hints: diagnostics.map(({ hint }) => hint),
  };
}

test('a directory gives its manifests and those below it, in name order', async () => {
  for (const path of [
    'b.yml',
    'a.yaml',
    'c.json',
    'd.txt',
    'sub/e.yaml',
    'sub/deep/f.yaml',
    'aa/g.yaml',
  ]) {
    write(`tree/${path}`);
  }
  write('tree/.hidden/h.yaml');
  write('tree/.i.yaml');
  expect(await collect(join(folder, 'tree'))).toEqual({
    names: ['a.yaml', 'b.yml', 'c.json', 'aa/g.yaml', 'sub/e.yaml', 'sub/deep/f.yaml'].map(
      (name) => `tree/${name}`,
    ),
    problems: [],
    hints: [],
  });
});

test('a file is read once, however it is named, and by any name', async () => {
  const file = write('once/a.yaml');
  const text = write('once/manifest.txt');
  symlinkSync(file, join(folder, 'once/link.yaml'));
  const { names } = await collect(
    file,
    join(folder, 'once'),
    file,
    `${folder}/./once/a.yaml`,
    text,
  );
  expect(names).toEqual(['once/a.yaml', 'once/manifest.txt']);
});

test('a link to a file is followed, one to a directory inside a directory is not', async () => {
  write('target/a.yaml');
  write('links/own.yaml');
  symlinkSync(join(folder, 'target/a.yaml'), join(folder, 'links/b.yaml'));
  symlinkSync(join(folder, 'links'), join(folder, 'links/loop'));
  expect((await collect(join(folder, 'links'))).names).toEqual(['links/b.yaml', 'links/own.yaml']);
});

test('what is missing is reported and the rest is read', async () => {
  const file = write('partly/a.yaml');
  mkdirSync(join(folder, 'partly/empty'));
  symlinkSync(join(folder, 'nowhere'), join(folder, 'partly/broken.yaml'));
  const result = await collect(
    join(folder, 'missing.yaml'),
    join(folder, 'partly/empty'),
    `${file}/below`,
    join(folder, 'partly'),
  );
  expect(result).toMatchObject({
    names: ['partly/a.yaml'],
    problems: [
      'NATC1001 cannot read DIR/missing.yaml: no such file or directory',
      'NATC1002 DIR/partly/empty holds no .yaml, .yml or .json file',
      'NATC1001 cannot read DIR/partly/a.yaml/below: no such file or directory',
      'NATC1001 cannot read DIR/partly/broken.yaml: no such file or directory',
    ],
  });
});

test('the fixture of a directory without manifests', async () => {
  expect((await collect('fixtures/errors/NATC1002/no-manifests')).problems).toEqual([
    'NATC1002 fixtures/errors/NATC1002/no-manifests holds no .yaml, .yml or .json file',
  ]);
});

test('what the kernel refuses to read is reported', async () => {
  expect((await collect('/proc/self/mem')).problems).toEqual([
    'NATC1001 cannot read /proc/self/mem: input/output error',
  ]);
});

test('a URL is answered with the way to read one', async () => {
  const { problems, hints } = await collect('https://example.com/a.yaml');
  expect(problems).toEqual([
    'NATC1001 cannot read https://example.com/a.yaml: no such file or directory',
  ]);
  expect(hints).toEqual([
    "natc reads no URLs: `curl -fsSL -o FILE 'https://example.com/a.yaml'`, then name the file",
  ]);
});

test('a file beyond the limit is refused without being read', async () => {
  const file = write('large.yaml');
  truncateSync(file, largestInput + 1);
  expect((await collect(file)).problems).toEqual([
    'NATC1003 DIR/large.yaml is larger than 256 MiB',
  ]);
});

test('stdin is read once', async () => {
  let reads = 0;
  const { inputs } = await collectInputs(['-', '-'], () => {
    reads++;
    return Promise.resolve(Uint8Array.of(1, 2));
  });
  expect(reads).toBe(1);
  expect(inputs).toEqual([{ name: '<stdin>', bytes: Uint8Array.of(1, 2) }]);
});

test('stdin that fails or goes on too long is reported', async () => {
  const failed = await collectInputs(['-'], () => Promise.reject(new Error('read EIO')));
  expect(failed.diagnostics.map(({ message }) => message)).toEqual([
    'cannot read <stdin>: read EIO',
  ]);
  const chunk = new Uint8Array(16 * 1024 * 1024);
  async function* endless() {
    for (;;) yield chunk;
  }
  const endlessly = await collectInputs(['-'], () => readLimited(endless()));
  expect(endlessly.diagnostics.map(({ message }) => message)).toEqual([
    '<stdin> is larger than 256 MiB',
  ]);
});

test('a named pipe is read until it ends', async () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const writer = import('node:fs/promises').then(({ writeFile }) => writeFile(pipe, 'from a pipe'));
  const { inputs } = await collectInputs([pipe], noStdin);
  await writer;
  expect(inputs.map(({ bytes }) => new TextDecoder().decode(bytes))).toEqual(['from a pipe']);
});

const textsOf = async (paths: readonly string[], stdin: () => Promise<Uint8Array> = noStdin) =>
  (await collectInputs(paths, stdin)).inputs.map(({ bytes }) => Buffer.from(bytes).toString());

test('what gzip compressed is decompressed, from a file of any name, a directory and stdin', async () => {
  const file = write('gzip/any-name');
  writeFileSync(file, gzipSync('one'));
  const listed = write('gzip/dir/two.json.gz');
  writeFileSync(listed, gzipSync('two'));
  write('gzip/dir/readme.gz');
  const two = Buffer.concat([gzipSync('three '), gzipSync('four')]);
  const stdin = () => Promise.resolve(two);
  expect(await textsOf([file, join(folder, 'gzip/dir'), '-'], stdin)).toEqual([
    'one',
    'two',
    'three four',
  ]);
});

test('gzip data without its end, with something behind it, or of another content than it says', async () => {
  const whole = gzipSync('text that is compressed');
  const damaged = Buffer.from(whole);
  damaged.writeUInt8(damaged.readUInt8(damaged.length - 6) ^ 1, damaged.length - 6);
  for (const [bytes, problem] of [
    [whole.subarray(0, -5), 'cut off'],
    [whole.subarray(0, 12), 'cut off'],
    [Buffer.concat([whole, Buffer.from('more')]), 'damaged'],
    [damaged, 'damaged'],
  ] as const) {
    const { inputs, diagnostics } = await collectInputs(['-'], () => Promise.resolve(bytes));
    expect(inputs).toEqual([]);
    expect(diagnostics).toMatchObject([
      { code: 'NATC1060', message: `the gzip data of <stdin> is ${problem}` },
    ]);
  }
});

test('a small file that becomes a large one is refused', async () => {
  const bytes = gzipSync(Buffer.alloc(largestInput + 1), { level: 1 });
  const { inputs, diagnostics } = await collectInputs(['-'], () => Promise.resolve(bytes));
  expect(inputs).toEqual([]);
  expect(diagnostics).toMatchObject([
    { code: 'NATC1003', message: '<stdin> is larger than 256 MiB, decompressed' },
  ]);
});
