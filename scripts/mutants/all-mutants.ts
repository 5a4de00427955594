import { budgetMutants } from './budget-mutants.js';
import { foldMutants } from './fold-mutants.js';
import { logMutants } from './log-mutants.js';
import { moneyMutants } from './money-mutants.js';
import type { Mutant } from './mutant.js';
import { readMutants } from './read-mutants.js';
import { readingMutants } from './reading-mutants.js';
import { rebuildMutants } from './rebuild-mutants.js';
import { usageMutants } from './usage-mutants.js';

/** Every break. */
export const mutants: readonly Mutant[] = [
  ...logMutants,
  ...foldMutants,
  ...rebuildMutants,
  ...moneyMutants,
  ...readMutants,
  ...readingMutants,
  ...usageMutants,
  ...budgetMutants,
];
