import type { ApiKey } from '../../store/api-keys.js';

/** Who asks: the project that all of a request is confined to. */
export interface Caller {
  readonly project: number;
  /** Undefined while the service has no keys. */
  readonly key: ApiKey | undefined;
}
