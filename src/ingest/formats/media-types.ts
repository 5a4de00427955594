/** The media type of a body with one Agno run, or an array of them. */
export const agnoMediaType = 'application/vnd.agno.run+json';

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
