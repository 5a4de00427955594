import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** All files below a folder with a given suffix, sorted, without installed packages. */
export function listFiles(folder: string, ending: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : listFiles(path, ending);
      return entry.name.endsWith(ending) ? [path] : [];
    });
}
