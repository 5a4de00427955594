import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** A document. */
export interface Doc {
  /** From the root of the repository, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly DocBlock[];
}

/** A fenced block of a document. */
export interface DocBlock {
  readonly language: string;
  readonly text: string;
  /** Its position: `docs/sql.md:12`. */
  readonly place: string;
}

/** The README and all of docs/. */
export const docs: readonly Doc[] = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].map((path) => {
  const text = readFileSync(join(root, path), 'utf8');
  const blocks = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1] ?? '',
    text: match[2] ?? '',
    place: `${path}:${text.slice(0, match.index).split('\n').length}`,
  }));
  return { path, text, blocks };
});

/** The blocks of one language, in order. */
export function blocksOf(language: string): readonly DocBlock[] {
  return docs.flatMap(({ blocks }) => blocks.filter((block) => block.language === language));
}

/** Whether an example imports a framework. Only the tests of `test/emitters` have those. */
export function needsFramework({ text }: DocBlock): boolean {
  return [...text.matchAll(/^import .* from '([^']+)'/gm)].some(
    ([, from = '']) => !/^(runfold(\/|$)|node:)/.test(from),
  );
}

/** The commands in all shell blocks, one per line, each once. `a && b` is two. */
export function shellCommands(): readonly string[] {
  const lines = blocksOf('sh').flatMap(({ text }) => text.split('\n'));
  const commands = lines.flatMap((line) => line.replace(/(^|\s)#.*/, '').split('&&'));
  return [...new Set(commands.map((command) => command.trim()).filter(Boolean))];
}
