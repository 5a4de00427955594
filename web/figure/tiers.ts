import type { ServiceStatus } from '../../src/client.js';

const words: Readonly<Record<ServiceStatus['tier'], string>> = {
  embedded: 'an embedded store',
  postgres: 'Postgres',
  'redis+postgres': 'Redis and Postgres',
};

/** What a service stands on: `an embedded store`. */
export const tierText = (tier: ServiceStatus['tier']) => words[tier];
