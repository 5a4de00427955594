import { AsyncLocalStorage } from 'node:async_hooks';
import { mergedLabels } from '../../events/labels.js';
import type { Identity } from './emitter.js';
import type { OpenRun } from './open-run.js';

/** The context of the running code: a run, and whose work it is. */
interface Surroundings {
  readonly identity: Identity;
  readonly run: OpenRun | undefined;
}

const surroundings = new AsyncLocalStorage<Surroundings>();

/** The run around the calling code, if a hook opened one. */
export const currentRun = (): OpenRun | undefined => surroundings.getStore()?.run;

/** Whose work the calling code does, as set with `withIdentity`. */
export const currentIdentity = (): Identity => surroundings.getStore()?.identity ?? {};

/** Runs `work` as part of a run: everything that hooks record in it belongs to that run. */
export function insideRun<T>(run: OpenRun, work: () => T): T {
  return surroundings.run({ identity: currentIdentity(), run }, work);
}

/**
 * Runs `work` for a session, a user or an agent: the runs that hooks open in it have this identity, which
 * overrides the options of the hooks.
 */
export function withIdentity<T>(identity: Identity, work: () => T): T {
  const around = surroundings.getStore();
  const outer = around?.identity ?? {};
  return surroundings.run(
    { identity: { ...outer, ...identity, ...mergedLabels(outer, identity) }, run: around?.run },
    work,
  );
}
