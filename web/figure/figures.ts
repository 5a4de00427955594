/** Figures for people, in the browser's locale. Null is `–`: not reported, and never 0. */
export const none = '–';

type Value = number | null | undefined;

const cached = new Map<string, Intl.NumberFormat>();
function format(value: number, options: Intl.NumberFormatOptions): string {
  const key = JSON.stringify(options);
  let formatter = cached.get(key);
  if (formatter === undefined) {
    formatter = new Intl.NumberFormat(locale, options);
    cached.set(key, formatter);
  }
  return formatter.format(value);
}

let locale: string | undefined;
/** Sets the locale of all figures; undefined means the browser's. */
export function setLocale(name: string | undefined): void {
  locale = name;
  cached.clear();
}
export const currentLocale = () => locale;

/** 12,345 */
export const whole = (value: Value) =>
  value == null ? none : format(value, { maximumFractionDigits: 0 });

/** 615M, 35.7K, 9,560. */
export function short(value: Value): string {
  if (value == null) return none;
  if (Math.abs(value) < 10_000) return whole(Math.round(value));
  return format(value, { notation: 'compact', maximumSignificantDigits: 3 });
}

const usd = { style: 'currency', currency: 'USD' } as const;

/** $711.99, $1.05, $0.0182, $0.000460. */
export function dollars(value: Value): string {
  if (value == null) return none;
  const size = Math.abs(value);
  if (size === 0) return format(0, { ...usd, maximumFractionDigits: 0 });
  if (size >= 1)
    return format(value, { ...usd, minimumFractionDigits: 2, maximumFractionDigits: 2 });
  if (size >= 0.001)
    return format(value, { ...usd, minimumFractionDigits: 4, maximumFractionDigits: 4 });
  return format(value, { ...usd, minimumSignificantDigits: 3, maximumSignificantDigits: 3 });
}

/** Dollars beside an axis, where there is little room: $400K, $12.5K, $711.99. */
export const shortDollars = (value: Value) =>
  value == null || Math.abs(value) < 10_000
    ? dollars(value)
    : format(value, { ...usd, notation: 'compact', maximumSignificantDigits: 3 });

/** Messages without a price are missing from a cost, which is then a minimum. */
export const isLeast = (totals: { readonly unpriced_messages?: Value }) =>
  (totals.unpriced_messages ?? 0) > 0;

/** `≥ $1.23` if something is missing from a sum. */
export const atLeast = (text: string, least: boolean) =>
  least && text !== none ? `≥ ${text}` : text;

/** A sum of costs; `≥ $1.23` if messages without a price are missing from it. */
export const costOf = (totals: { readonly cost?: Value; readonly unpriced_messages?: Value }) =>
  atLeast(dollars(totals.cost), isLeast(totals));

/** A sum of costs with all digits, and what is missing from it. */
export function exactCostOf(totals: {
  readonly cost?: Value;
  readonly unpriced_messages?: Value;
}): string {
  if (totals.cost == null) return 'Not reported, and no price is known';
  const missing = isLeast(totals)
    ? `, and ${plural(totals.unpriced_messages ?? 0, 'message')} without a price`
    : '';
  return `${exactDollars(totals.cost)}${missing}`;
}

/** All digits, for hovering over a shortened figure. */
export const exactDollars = (value: Value) =>
  value == null
    ? none
    : format(value, { ...usd, minimumFractionDigits: 2, maximumFractionDigits: 9 });

/** 93 ms, 2.8 s, 1 m 04 s, 2 h 05 m, 3 d 4 h. */
export function seconds(value: Value): string {
  if (value == null) return none;
  const size = Math.abs(value);
  if (size < 0.9995)
    return `${format(value * 1000, { maximumSignificantDigits: size < 0.0095 ? 2 : 3 })} ms`;
  if (size < 59.95)
    return `${format(value, { minimumFractionDigits: 1, maximumFractionDigits: 1 })} s`;
  const total = Math.round(size);
  const two = (part: number) => String(part).padStart(2, '0');
  if (total < 3600) return `${Math.floor(total / 60)} m ${two(total % 60)} s`;
  if (total < 86_400)
    return `${Math.floor(total / 3600)} h ${two(Math.floor((total % 3600) / 60))} m`;
  return `${Math.floor(total / 86_400)} d ${Math.floor((total % 86_400) / 3600)} h`;
}

/** A round value without the digits that say nothing: `$0.50`, `40 s`, `1 m`, `30 d`. */
export const roundText = (text: string) =>
  text
    // Four decimals, as small costs have: thousands are groups of three.
    .replace(/[.,]\d{4}(?!\d)/, (decimals) => decimals.replace(/0{1,2}$/, ''))
    .replace(/[.,]0 s$/, ' s')
    .replace(/ 0?0 [smh]$/, '');

/** 77 %, 7.8 %. */
export function percent(value: Value): string {
  if (value == null) return none;
  const size = Math.abs(value * 100);
  return `${format(value * 100, { maximumFractionDigits: size < 10 ? 1 : 0, minimumFractionDigits: size < 10 && size > 0 ? 1 : 0 })} %`;
}

/** ×12: a change that would be more than a thousand per cent. */
export const times = (value: number) => `×${format(value, { maximumFractionDigits: 0 })}`;

/** 90 tokens/s */
export const rate = (value: Value) =>
  value == null ? none : format(value, { maximumFractionDigits: value < 10 ? 1 : 0 });

export const plural = (count: number, one: string, many = `${one}s`) =>
  `${whole(count)} ${count === 1 ? one : many}`;
