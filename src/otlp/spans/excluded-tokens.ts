import type { RawSpan } from '../decode/otlp-item.js';
import { keys } from '../tables/attribute-keys.js';
import {
  anthropicStopReasons,
  inputWithoutCache,
  outputWithoutReasoning,
} from '../tables/token-rules.js';

const systemsOf = ({ attributes }: RawSpan) => [
  attributes.get(keys.system),
  attributes.get(keys.providerName),
];

/** Whether an emitter is known to report input tokens without the cache. `names` are of the model and provider. */
export function excludesCache(span: RawSpan, names: readonly unknown[]): boolean {
  const { scopes, scopesUntil, scopesOf, scopesOfAnthropicAnswers, systems } = inputWithoutCache;
  const { scope, scopeVersion } = span;
  if ((scopes as readonly string[]).includes(scope)) return true;
  if ((scopesOfAnthropicAnswers as readonly string[]).includes(scope)) return isAnthropics(span);
  const last = Object.hasOwn(scopesUntil, scope) ? scopesUntil[scope] : undefined;
  if (last !== undefined) return !isLater(scopeVersion, last);
  const isNamed = (parts: readonly string[] | undefined) =>
    parts?.some((part) =>
      names.some((name) => typeof name === 'string' && name.toLowerCase().includes(part)),
    ) === true;
  return (
    isNamed(Object.hasOwn(scopesOf, scope) ? scopesOf[scope] : undefined) ||
    systemsOf(span).some(
      (system) =>
        typeof system === 'string' && Object.hasOwn(systems, system) && isNamed(systems[system]),
    )
  );
}

/** Whether an answer ended for a reason that only Anthropic's API gives. The reasons are a list as JSON. */
function isAnthropics({ attributes }: RawSpan): boolean {
  const reasons = String(attributes.get(keys.finishReasons) ?? '');
  return anthropicStopReasons.some((reason) => reasons.includes(`"${reason}"`));
}

/** Whether an emitter is known to report output tokens without reasoning. */
export function excludesReasoning(span: RawSpan): boolean {
  const { systems, scopes } = outputWithoutReasoning;
  return (
    (scopes as readonly string[]).includes(span.scope) ||
    systemsOf(span).some((system) => (systems as readonly unknown[]).includes(system))
  );
}

/** Whether a version is later than another one; an unknown version is not. */
function isLater(version: string, other: string): boolean {
  const numbers = (text: string) => text.split(/[.+-]/).map(Number);
  const [left, right] = [numbers(version), numbers(other)];
  for (let at = 0; at < right.length; at++) {
    const [one = Number.NaN, two = 0] = [left[at], right[at]];
    if (one !== two) return one > two;
  }
  return false;
}
