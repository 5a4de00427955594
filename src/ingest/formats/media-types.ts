import { agnoMediaType } from './agno/agno-items.js';

/** The media types of bodies with events. Each has a reader and, in the reference, a schema. */
export const eventMediaTypes = [
  'application/json',
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/cloudevents+json',
  'application/cloudevents-batch+json',
  agnoMediaType,
] as const;

export type EventMediaType = (typeof eventMediaTypes)[number];
