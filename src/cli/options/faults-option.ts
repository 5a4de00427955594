import { Option } from 'commander';
import { readInteger } from './number-option.js';

/** `--faults`: the maximum number of faults of an input that are shown. */
export function faultsOption(): Option {
  return new Option(
    '--faults <number>',
    'the maximum number of faults to show; the others are only counted',
  ).default('100');
}

/** Reads `--faults`. @throws UsageError */
export function readFaults(text: string): number {
  return readInteger('--faults', text, { least: 0, most: 999_999_999 });
}
