import type { AlertState } from '../../../src/client.js';

/**
 * `support of user-3, 50 %, 80 %`: the value of a rule, with its shares for a rule about budgets.
 * A name that is written from right to left leaves the rest in its order.
 */
export function Which({ of: states }: { readonly of: readonly AlertState[] }) {
  const [first] = states;
  if (first === undefined) return null;
  const { budget, value } = first;
  const shares = states
    .flatMap(({ share }) => (share === null ? [] : [share]))
    .sort((a, b) => a - b)
    .map((share) => `, ${share} %`);
  return (
    <span class="breaking">
      {budget}
      {budget !== null && value !== null && ' of '}
      {value !== null && <bdi>{value}</bdi>}
      {budget === null && value === null && 'the project'}
      {shares.join('')}
    </span>
  );
}
