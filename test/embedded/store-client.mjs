// A process that listens on a channel of the store in the given socket folder.
import pg from 'pg';

const client = new pg.Client({ host: process.argv[2], user: 'postgres', database: 'postgres' });
await client.connect();
client.on('notification', (message) => {
  process.send({ event: 'notified', payload: message.payload });
});
await client.query('listen elsewhere');
process.send({ event: 'listening' });
process.once('disconnect', () => client.end());
