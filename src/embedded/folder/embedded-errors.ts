import { codeOf } from '../../environment/error-fields.js';
import { RunfoldError } from '../../environment/runfold-error.js';

/** The reason why an embedded store could not be opened, or stopped serving. */
export type EmbeddedStoreFault =
  | 'embedded_store_not_a_directory'
  | 'embedded_store_not_private'
  | 'embedded_store_not_writable'
  | 'embedded_store_wrong_version'
  | 'embedded_store_unreadable'
  | 'embedded_store_port_unavailable'
  | 'embedded_store_stopped';

/** The folder cannot be opened as an embedded store, or its thread stopped; `code` says which. */
export class EmbeddedStoreError extends RunfoldError {
  override readonly name = 'EmbeddedStoreError';
  readonly code: EmbeddedStoreFault;
  /** The store's folder, absolute. */
  readonly dir: string;

  constructor(code: EmbeddedStoreFault, dir: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.dir = dir;
  }
}

/** Another live process owns the folder; connect to it with `findEmbeddedStore` instead. */
export class EmbeddedStoreInUseError extends RunfoldError {
  override readonly name = 'EmbeddedStoreInUseError';
  readonly code = 'embedded_store_in_use';
  /** The owner's process id. */
  readonly pid: number;
  /** The role that the owner reported. */
  readonly role: string;
  /** The store's folder, absolute. */
  readonly dir: string;
  /** Whether the owner does not respond: it is starting, ending, busy or paused. Wait for it. */
  readonly is_silent: boolean;

  constructor(owner: { pid: number; role: string; dir: string; is_silent?: boolean }) {
    const { pid, role, dir, is_silent = false } = owner;
    super(
      is_silent
        ? `${dir} does not respond: process ${pid} (${role}), which owns this store, is starting, ending, busy or paused. ` +
            `Try again later. If that does not help, end process ${pid}; everything that was acknowledged is kept.`
        : `${dir} is in use: process ${pid} (${role}) serves this store. ` +
            'Connect to that process through its socket, or stop it first.',
    );
    this.pid = pid;
    this.role = role;
    this.dir = dir;
    this.is_silent = is_silent;
  }
}

/** Whether the disk, or the user's share of it, is full. */
export const isDiskFull = (error: unknown) => /^(ENOSPC|EDQUOT)$/.test(codeOf(error) ?? '');

/** The folder cannot be written. */
export function notWritable(dir: string, cause: unknown): EmbeddedStoreError {
  const code = String(codeOf(cause) ?? cause);
  const message = isDiskFull(cause)
    ? `${dir} is on a full disk: ${code}. Free some space there, or choose another folder.`
    : `${dir} is not writable: ${code}. Correct its owner or mode, or choose another folder.`;
  return new EmbeddedStoreError('embedded_store_not_writable', dir, message, { cause });
}
