import type { RawSpan } from '../decode/otlp-item.js';
import { keys } from '../tables/attribute-keys.js';
import { tokenSources } from '../tables/figure-keys.js';
import { keyNumber } from '../tables/key-numbers.js';
import { kindRules, type ValueTest } from '../tables/kind-rules.js';
import {
  droppedSpans,
  namedSpans,
  plainSpans,
  remoteAgents,
  type SpanKind,
  stepKind,
} from '../tables/span-kinds.js';
import { cleanText, placesOf, readTokens } from './read-sources.js';
import { costOf } from './span-cost.js';

/** The rules with the numbers of their attributes. */
const numberedKindRules = kindRules.map((rule) => ({
  ...rule,
  key: keyNumber(rule.attribute),
}));

/** The kind of a span, and the rule that decided it. */
export interface KindOfSpan {
  readonly kind: SpanKind;
  readonly isEmbedding: boolean;
  /** Whether the span's own name is the agent's. */
  readonly namesAgent: boolean;
}

const plain: KindOfSpan = { kind: 'plain', isEmbedding: false, namesAgent: false };
const model: KindOfSpan = { kind: 'model', isEmbedding: false, namesAgent: false };
const embedding: KindOfSpan = { kind: 'model', isEmbedding: true, namesAgent: false };
const tool: KindOfSpan = { kind: 'tool', isEmbedding: false, namesAgent: false };
const run: KindOfSpan = { kind: 'run', isEmbedding: false, namesAgent: false };
const namedRun: KindOfSpan = { kind: 'run', isEmbedding: false, namesAgent: true };

/** One of these and a token count make a model span. */
const modelKeys = [keys.system, keys.providerName, keys.modelProvider, keys.requestModel];

const countPlaces = [
  placesOf(tokenSources.input),
  placesOf(tokenSources.output),
  placesOf(tokenSources.total),
];

/** Whether a span is not even kept for the chain. */
export function isDropped({ name, scope, language, service, attributes }: RawSpan): boolean {
  return (
    attributes.get(keys.logfireSpanType) === droppedSpans.logfire_span_type ||
    name.startsWith(droppedSpans.name_begins) ||
    (droppedSpans.scopes as readonly string[]).includes(scope) ||
    (language === droppedSpans.language && service.startsWith(droppedSpans.service_begins))
  );
}

/** The kind of a span. It depends only on this span. */
export function kindOf(span: RawSpan): KindOfSpan {
  const { name, scope, parentId, attributes } = span;
  if (name === plainSpans.name) return plain;
  if (attributes.get(keys.toolName) === plainSpans.tool_name) return plain;
  for (const rule of numberedKindRules) {
    const reported = attributes.get(rule.key);
    if (reported === undefined || reported === '') continue;
    const value = (cleanText(reported) ?? '').toLowerCase();
    if (fits(rule.model, value)) return fits(rule.embedding, value) ? embedding : model;
    if (fits(rule.modelIfMetered, value)) return isCall(span) ? model : plain;
    if (fits(rule.tool, value)) return tool;
    if (fits(rule.run, value) || (parentId === '' && fits(rule.runIfRoot, value))) {
      if (attributes.get(keys.traceloopKind) === stepKind) return plain;
      if (isRemoteAgent(span) && isMetered(span)) return model;
      return rule.namesAgent === true ? namedRun : run;
    }
    return plain;
  }
  const named = namedSpans.find((one) => one.scope === scope && one.name === name);
  if (named !== undefined) return { ...plain, kind: named.kind };
  const hasModel = modelKeys.some((key) => attributes.get(key) !== undefined);
  return hasModel && isMetered(span) ? model : plain;
}

/** Whether a span of an operation that sessions have too is a call. */
const isCall = (span: RawSpan) =>
  span.statusCode === 2 || isMetered(span) || costOf(span) !== undefined;

const isMetered = ({ attributes }: RawSpan) =>
  countPlaces.some((places) => readTokens(attributes, places) !== undefined);

function isRemoteAgent({ scope, attributes }: RawSpan): boolean {
  if (attributes.get(keys.azureNamespace) !== undefined) return true;
  const { scopes, scopesOf } = remoteAgents;
  const providers = Object.hasOwn(scopesOf, scope) ? scopesOf[scope] : undefined;
  return (
    (scopes as readonly string[]).includes(scope) ||
    providers?.includes(String(attributes.get(keys.providerName))) === true
  );
}

function fits(test: ValueTest | undefined, value: string): boolean {
  if (test === undefined) return false;
  return (
    test.any === true ||
    test.is?.includes(value) === true ||
    (test.begins !== undefined && value.startsWith(test.begins)) ||
    test.ends?.some((end) => value.endsWith(end)) === true
  );
}
