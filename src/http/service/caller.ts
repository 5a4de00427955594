import type { ApiKey } from '../../store/api-keys.js';

/** The caller of a request, and the only project that the request may use. */
export interface Caller {
  readonly project: number;
  /** Undefined while there are no keys. */
  readonly key: ApiKey | undefined;
}
