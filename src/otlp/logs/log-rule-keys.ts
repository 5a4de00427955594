import { keyNumber } from '../tables/key-numbers.js';
import { type LogEmitter, type LogRule, logEmitters, logRules } from '../tables/log-records.js';

/** A rule with the numbers of its attributes. */
export interface NumberedRule {
  readonly rule: LogRule;
  readonly emitter: LogEmitter;
  /** Every attribute that is read, in the order of the table: the event's id is made from them. */
  readonly known: readonly number[];
  keysOf(names: readonly string[] | string | undefined): readonly number[];
}

function numbered(rule: LogRule): NumberedRule {
  const emitter: LogEmitter = logEmitters[rule.emitter];
  const names = [
    ...emitter.session,
    ...emitter.run,
    ...emitter.user,
    ...Object.entries(rule).flatMap(([field, value]) =>
      field === 'name' || field === 'emitter' || field === 'event' ? [] : value,
    ),
  ] as readonly string[];
  const numbers = new Map(names.map((name) => [name, keyNumber(name)]));
  return {
    rule,
    emitter,
    known: [...numbers.values()],
    keysOf: (some) => {
      const list = typeof some === 'string' ? [some] : (some ?? []);
      return list.map((name) => numbers.get(name) ?? keyNumber(name));
    },
  };
}

/** The rules by the names of their records. */
export const rulesByName: ReadonlyMap<string, NumberedRule> = new Map(
  logRules.map((rule) => [rule.name, numbered(rule)]),
);
