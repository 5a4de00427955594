import { Option } from 'commander';

/** The version of Agno for `--shape agno`. */
export const agnoOption = () =>
  new Option(
    '--agno <version>',
    'with --shape agno: lists and sums as Agno 1.x writes them, or sums with details by model as 2.x does',
  )
    .choices(['1', '2'])
    .default('1');
