import type { RawSpan } from '../decode/otlp-item.js';
import { keys } from '../tables/attribute-keys.js';
import { tokenSources } from '../tables/figure-keys.js';
import {
  droppedSpans,
  numberedKindRules,
  plainSpans,
  type SpanKind,
  type ValueTest,
} from '../tables/span-kinds.js';
import { placesOf, readTokens } from './read-sources.js';

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
    scope === droppedSpans.scope ||
    (language === droppedSpans.language && service.startsWith(droppedSpans.service_begins))
  );
}

/** The kind of a span. It depends only on this span. */
export function kindOf({ name, parentId, attributes }: RawSpan): KindOfSpan {
  if (name === plainSpans.name) return plain;
  if (attributes.get(keys.toolName) === plainSpans.tool_name) return plain;
  for (const rule of numberedKindRules) {
    const reported = attributes.get(rule.key);
    if (reported === undefined || reported === '') continue;
    const value = String(reported).trim().toLowerCase();
    if (fits(rule.model, value)) return fits(rule.embedding, value) ? embedding : model;
    if (fits(rule.tool, value)) return tool;
    if (fits(rule.run, value) || (parentId === '' && fits(rule.runIfRoot, value))) {
      return rule.namesAgent === true ? namedRun : run;
    }
    return plain;
  }
  const hasSystem =
    attributes.get(keys.system) !== undefined || attributes.get(keys.providerName) !== undefined;
  const isMetered =
    hasSystem && countPlaces.some((places) => readTokens(attributes, places) !== undefined);
  return isMetered ? model : plain;
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
