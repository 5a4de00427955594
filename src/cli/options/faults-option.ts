import { Option } from 'commander';
import { UsageError } from '../command/command-error.js';

/** `--faults`: the maximum number of faults of an input that are shown. */
export function faultsOption(): Option {
  return new Option(
    '--faults <number>',
    'the maximum number of faults to show; the others are only counted',
  ).default('100');
}

/** Reads `--faults`. @throws UsageError */
export function readFaults(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError('--faults: expected an integer.');
}
