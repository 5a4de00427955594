import { link, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../environment/error-fields.js';
import { EmbeddedStoreInUseError } from './embedded-errors.js';
import {
  isOwnerAlive,
  isTorn,
  type OwnerRecord,
  readOwnerRecord,
  wasWrittenFor,
} from './owner-record.js';

const ownerFile = 'owner.json';

/** The ownership of a folder, until it is released. */
export interface OwnerLock {
  /** Dead predecessors; the new owner must clean up their files. */
  readonly predecessors: readonly OwnerRecord[];
  release(): Promise<void>;
}

/** The folder's owner, dead or alive: the last claim in the chain; see `acquireOwnerLock`. */
export async function getOwner(dir: string): Promise<OwnerRecord | undefined> {
  return (await readChain(dir)).at(-1);
}

/**
 * Makes `record` the folder's owner, or throws EmbeddedStoreInUseError if there is a live owner.
 *
 * Every step is one atomic file operation. A free folder is taken by link()ing `owner.json`. A dead
 * owner N is succeeded by link()ing `owner.N.next`, which only one process can do; it then renames
 * its record over `owner.json` and only afterwards removes the claim. A claimant that finds
 * `owner.json` no longer starts the chain it read was overtaken, and starts over. A claimant that
 * dies leaves a claim that is succeeded in the same way.
 */
export async function acquireOwnerLock(dir: string, record: OwnerRecord): Promise<OwnerLock> {
  const owner_path = join(dir, ownerFile);
  const draft = join(dir, `owner.${record.nonce}.draft`);
  try {
    await writeDurably(draft, JSON.stringify(record));
    for (;;) {
      const chain = await readChain(dir);
      const last = chain.at(-1);
      if (last !== undefined && (await wasWrittenFor(dir, last)) && (await isOwnerAlive(last))) {
        throw new EmbeddedStoreInUseError({ pid: last.pid, role: last.role, dir });
      }
      if (last === undefined) {
        if (!(await tryLink(draft, owner_path))) continue;
      } else {
        const claim = claimPath(dir, last);
        if (!(await tryLink(draft, claim))) continue;
        if ((await readOwnerRecord(owner_path))?.nonce !== chain[0]?.nonce) {
          await rm(claim, { force: true });
          continue;
        }
        await rename(draft, owner_path);
        for (const dead of chain) await rm(claimPath(dir, dead), { force: true });
      }
      // A record in a copy describes another folder.
      const own = await Promise.all(chain.map((dead) => wasWrittenFor(dir, dead)));
      const predecessors = chain.filter((_, at) => own[at]);
      return { predecessors, release: () => release(owner_path, record) };
    }
  } finally {
    await rm(draft, { force: true });
  }
}

/** Whether the folder is still this owner's, and not another folder with its name. */
export async function ownsFolder(dir: string, record: OwnerRecord): Promise<boolean> {
  const found = await readOwnerRecord(join(dir, ownerFile));
  // If the record is torn, the folder itself decides.
  if (found !== undefined && isTorn(found)) return wasWrittenFor(dir, record);
  return found?.nonce === record.nonce;
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function release(owner_path: string, record: OwnerRecord): Promise<void> {
  if ((await readOwnerRecord(owner_path))?.nonce === record.nonce) await rm(owner_path);
}

async function readChain(dir: string): Promise<OwnerRecord[]> {
  const chain: OwnerRecord[] = [];
  let next = await readOwnerRecord(join(dir, ownerFile));
  while (next !== undefined) {
    chain.push(next);
    next = await readOwnerRecord(claimPath(dir, next));
  }
  return chain;
}

function claimPath(dir: string, owner: OwnerRecord): string {
  return join(dir, `owner.${owner.nonce}.next`);
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}
