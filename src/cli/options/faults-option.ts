import { Option } from 'commander';
import { UsageError } from '../command/command-error.js';

/** `--faults`: how many faults of an input are shown one by one. */
export function faultsOption(): Option {
  return new Option(
    '--faults <number>',
    'how many faults are shown one by one; the rest are counted',
  ).default('100');
}

/** Reads `--faults`. @throws UsageError */
export function readFaults(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError('--faults: expected a whole number.');
}
