import { signal } from '@preact/signals';

/** What was found the last time the totals were folded again from the log and compared. */
export interface Proof {
  readonly is_equal: boolean;
  readonly at: string;
  readonly events: number | undefined;
  readonly is_sample: boolean;
}
export const lastProof = signal<Proof | undefined>(undefined);
