// Evaluates and delivers alerts like a worker, as often as possible, until it is killed.
import { keepAlerts } from '#runfold/alerts/keep-alerts.js';
import { openDatabase } from '#runfold/postgres/database.js';

const { DATABASE_URL = '', SECRET_KEY = '' } = process.env;
const log = { info: () => undefined, warn: (...words) => console.error(...words) };
keepAlerts(openDatabase(DATABASE_URL, { max: 4 }), log, {
  secret_key: SECRET_KEY,
  allowed_hosts: ['127.0.0.1'],
  interval_ms: 1,
  queueLag: async () => undefined,
});
console.log('keeping');
