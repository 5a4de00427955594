import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openOutput } from '#runfold/cli/actions/output-file.js';
import { processIo } from '#runfold/cli/io/process-io.js';

test('an output is made new, also where its temporary name leads to a file of somebody else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'runfold-output-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const theirs = join(folder, 'theirs');
  await writeFile(theirs, 'precious');
  const file = join(folder, 'log.ndjson');
  await symlink(theirs, `${file}.part`);
  const output = await openOutput(file, processIo());
  await output.write('mine');
  await output.finish();
  expect(await readFile(theirs, 'utf8')).toBe('precious');
  expect(await readFile(file, 'utf8')).toBe('mine');
});

test('an error while an output is finished names the file, and not a server', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'runfold-output-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'log.ndjson');
  const output = await openOutput(file, processIo());
  await output.write('mine');
  await rm(folder, { recursive: true });
  await expect(output.finish()).rejects.toMatchObject({
    code: 'command_failed',
    message: expect.stringContaining(`Cannot write ${file}: ENOENT`),
  });
});

test('an output without a name is refused', async () => {
  await expect(openOutput('', processIo())).rejects.toMatchObject({ code: 'usage' });
});
