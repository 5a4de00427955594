// A process that opens the store in its argument, reports the result, and waits for a command.
import { openEmbeddedStore } from '#runfold/embedded/embedded-store.js';

try {
  const store = await openEmbeddedStore({ dir: process.argv[2], role: 'child' });
  process.on('message', async () => {
    await store.close();
    process.disconnect();
  });
  process.send({ event: 'open', connection: store.connection });
} catch (error) {
  process.send({ event: 'refused', code: error.code, pid: error.pid, text: error.message });
  process.disconnect();
}
