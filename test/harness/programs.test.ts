import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compilePrograms, packageFolder } from '../../harness/programs.js';

test('programs that have not changed are not written again, because rounds of chaos may be starting them', async () => {
  const written = async () =>
    (await stat(join(packageFolder, '.programs/chaos/actors/read-process.js'))).mtimeMs;
  const before = await written();
  compilePrograms();
  expect(await written()).toBe(before);
});
