// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are pieces of source, in which templates stand.
import { breaks } from './mutant.js';

const prices = ['test/pricing'];
const corrections = ['test/corrections/correction.test.ts'];
const reprice = ['test/corrections/reprice.test.ts'];
const unpriced = ['test/corrections/unpriced.test.ts'];

/** The cost of tokens, and the effect of corrections. */
export const moneyMutants = [
  ...breaks('src/pricing/token-rates.ts', prices, [
    ['cached tokens are paid twice', 'plainInput -= tokens.cached;', ''],
    ['tokens written to a cache are paid twice', 'plainInput -= plainWrite;', ''],
    ['tokens kept for an hour are paid at both rates', 'plainWrite -= cache_write_1h;', ''],
    ['audio tokens of the input are paid twice', 'plainInput -= tokens.input_audio;', ''],
    ['reasoning tokens are paid twice', 'plainOutput -= tokens.reasoning;', ''],
    [
      'a cache that is more than the input is priced',
      'cached + cache_write > input ||',
      'cached > input + 1e15 ||',
    ],
    [
      'reasoning and audio beyond the output are priced',
      'output_audio + reasoning > output ||',
      '',
    ],
    [
      'a price step begins at its border',
      'if (input > over) rate = next;',
      'if (input >= over) rate = next;',
    ],
    [
      'audio that may be cached is priced',
      'if (input_audio > 0 && rates.input_audio !== undefined && isCachePriced) return true;',
      '',
    ],
  ]),
  ...breaks('src/pricing/price-overrides.ts', prices, [
    [
      'a price begins after its time',
      'find(({ from }) => from <= at)',
      'find(({ from }) => from < at)',
    ],
    [
      "a price of another project's holds",
      'const key = `${row.project}\\n${row.provider}\\n${row.model}`;',
      'const key = `1\\n${row.provider}\\n${row.model}`;',
    ],
  ]),
  ...breaks(
    'src/pricing/price-events.ts',
    ['test/pricing', 'test/corrections/reprice.test.ts'],
    [
      [
        'a reported cost is priced anew',
        'if (model === undefined || value(columns[at.cost], event) !== undefined) continue;',
        'if (model === undefined) continue;',
      ],
    ],
  ),
  ...breaks('src/corrections/correction.ts', corrections, [
    [
      'a correction is the figure, not the difference',
      'metrics[name] = (value - (current.get(name) ?? 0)) / unitsOf(name);',
      'metrics[name] = value / unitsOf(name);',
    ],
    ['a correction counts as an event', '    corrects: id,\n', ''],
  ]),
  ...breaks(
    'src/corrections/dependent-figures.ts',
    ['test/corrections/dependent-figures.test.ts'],
    [
      [
        'a total does not follow its parts',
        'total + sizeOf(after) - sizeOf(before) - cache',
        'total - cache',
      ],
      [
        'a total that leaves the cache out does not follow it',
        'const cache = isWithoutCache ?',
        'const cache = false ?',
      ],
      [
        'the second name of a figure does not follow the first',
        'if ((current.get(one) ?? beside) === beside) next.set(other, value);',
        '',
      ],
    ],
  ),
  ...breaks(
    'src/corrections/correction.ts',
    ['test/pricing/contradictions.test.ts'],
    [
      [
        'a correction keeps the price of the earlier tokens',
        'if (price === undefined) return toCorrection(corrected, figures);',
        'if (figures.size > 0) return toCorrection(corrected, figures);',
      ],
    ],
  ),
  ...breaks(
    'src/corrections/current-price.ts',
    ['test/pricing/contradictions.test.ts'],
    [
      [
        'a correction of tokens replaces a reported cost',
        'if (is_reported || original.type',
        'if (original.type',
      ],
    ],
  ),
  ...breaks(
    'src/logs/grown-event.ts',
    ['test/logs/grown-event.test.ts'],
    [
      [
        'a message that has grown is priced with its earlier total',
        'currentPrice(book, project, stored, target)',
        "currentPrice(book, project, stored, new Map([...target, ['total_tokens', current.get('total_tokens') ?? 0]]))",
      ],
    ],
  ),
  ...breaks(
    'src/corrections/correction-id.ts',
    [...corrections, ...reprice],
    [['a second correction has the id of the first', 'event.id, corrections + 1]', 'event.id, 1]']],
  ),
  ...breaks('src/corrections/price-messages.ts', reprice, [
    [
      'what was reported is priced again',
      'if (event.is_reported) {',
      'if (event.is_reported && event.model === null) {',
    ],
    [
      'a second run corrects again',
      'if (difference === 0 && event.cost_nanos !== null) {',
      'if (difference === 0 && event.cost_nanos !== null && isStale) {',
    ],
  ]),
  ...breaks('src/projections/measures/where.ts', unpriced, [
    [
      'every correction gives a first cost',
      'if (where?.firstCost) terms.unshift(`e.pricing = ${pricings.first}`);',
      '',
    ],
    [
      'messages with a cost are without a price',
      '${alias}.cost_nanos is null and coalesce(',
      'coalesce(',
    ],
  ]),
  ...breaks('src/corrections/price-messages.ts', unpriced, [
    [
      'a first price does not say so',
      "...(event.is_unpriced ? { pricing: 'first' as const } : {}),",
      '',
    ],
  ]),
  ...breaks(
    'src/pricing/token-rates.ts',
    ['test/pricing/contradictions.test.ts'],
    [
      ['a total that its parts contradict is priced', '(total > 0 && !isTotal) ||', ''],
      ['two figures of one input are priced', '(prompt > 0 && prompt !== input) ||', ''],
      ['a split that says something else is priced', '&& counts[name] !== details[name]', ''],
    ],
  ),
  ...breaks(
    'src/pricing/token-rates.ts',
    ['test/pricing/exact-prices.test.ts'],
    [['half a nano-dollar is rounded down', 'sum + million / 2', 'sum + million / 2 - 1']],
  ),
  ...breaks('src/append/writer/append-all.ts', reprice, [
    [
      'half a page of corrections is appended',
      "await client.query(isWhole ? 'commit' : 'rollback');",
      "await client.query('commit');",
    ],
  ]),
];
