// Creates the template of embedded stores. The build runs it; a current template is left as it is.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  isStoreTemplateCurrent,
  writeStoreTemplate,
} from '#runfold/embedded/folder/store-template.js';

if (!(await isStoreTemplateCurrent())) await makeTemplate();

async function makeTemplate(): Promise<void> {
  const { openEmbeddedStore } = await import('#runfold/embedded/embedded-store.js');
  const { migrateQueue } = await import('#runfold/queue/open-queue.js');
  const { openDatabase } = await import('#runfold/postgres/database.js');
  const { migrateStore } = await import('#runfold/store/migrate.js');
  const parent = await mkdtemp(join(tmpdir(), 'runfold-template-'));
  try {
    const dir = join(parent, 'store');
    const store = await openEmbeddedStore({ dir, role: 'runfold build' });
    const database = openDatabase(store.connection, { max: 1 });
    await migrateQueue({ kind: 'postgres', connection: store.connection });
    await migrateStore(database);
    await database.close();
    await store.close();
    await writeStoreTemplate(join(dir, 'data'));
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}
