import { fileURLToPath } from 'node:url';

/** Where the migrations of the store lie, in order of their names. */
export const migrationsFolder = fileURLToPath(new URL('../../drizzle', import.meta.url));
