import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OpenApiDocument, Operation } from '#runfold/http/openapi/openapi-document.js';
import { exampleEvents } from '#runfold/http/route/example-values.js';
import { fastestTier } from '../../harness/tiers.js';
import { jsonOf, openTestService, posted, type TestService } from './http-service.js';

/** The responses of these do not depend on the events of the examples. */
const ofTheMoment =
  /^\/v1\/(keys|waiting|status|rejects|audits|projects|rebuilds|budgets|budget-standings|labels|alerts|channels|prices|reprices)/;

describe('the examples of the reference', () => {
  let service: TestService;
  let document: OpenApiDocument;
  beforeAll(async () => {
    service = await openTestService(fastestTier());
    document = await jsonOf<OpenApiDocument>(service.fetch('/openapi.json'));
  });
  afterAll(() => service.close());

  const operation = (path: string, method: string): Operation => {
    const found = document.paths[path]?.[method];
    if (found === undefined) throw new Error(`Expected ${method} ${path} in the document.`);
    return found;
  };
  const answerOf = ({ responses }: Operation, status = '200') =>
    responses[status]?.content?.['application/json']?.example;

  /** The request of an example: its path and query. */
  const urlOf = (path: string, { parameters = [] }: Operation) => {
    const example = (name: string) =>
      String(parameters.find((parameter) => parameter.name === name)?.example);
    const search = new URLSearchParams(
      parameters
        .filter((parameter) => parameter.in === 'query' && parameter.example !== undefined)
        .map(({ name }) => [name, example(name)] as [string, string]),
    );
    return `${path.replace(/\{(\w+)\}/g, (_, name: string) => example(name))}?${search}`;
  };

  test('show what the events that it sends come to', async () => {
    const sending = operation('/v1/events', 'post');
    const events = sending.requestBody?.content['application/json']?.example;
    expect(events).toEqual(exampleEvents);
    const sent = await service.fetch('/v1/events?wait=true', posted(events));
    expect(await sent.json()).toEqual(answerOf(sending));
    const checked: string[] = [];
    for (const [path, { get }] of Object.entries(document.paths)) {
      const example = get === undefined ? undefined : answerOf(get);
      if (get === undefined || example === undefined || ofTheMoment.test(path)) continue;
      const answer = await service.fetch(urlOf(path, get));
      expect({ path, status: answer.status }).toEqual({ path, status: 200 });
      const body = await jsonOf<{ items?: object[] }>(answer);
      // A list is shown by its first item. Its recording time is not part of the example.
      const shown = body.items === undefined ? body : { items: body.items.slice(0, 1) };
      const timeless = (value: unknown) =>
        JSON.parse(JSON.stringify(value), (name, of) => (name === 'recorded_at' ? null : of));
      expect({ path, ...timeless(shown) }).toEqual({ path, ...timeless(example) });
      checked.push(path);
    }
    // Lists and single things of each kind; a new route adds one.
    expect(checked.length).toBeGreaterThanOrEqual(15);
  });

  test('are taken as CloudEvents and for keys, too', async () => {
    const { content } = operation('/v1/events', 'post').requestBody ?? {};
    const type = { 'content-type': 'application/cloudevents+json' };
    const envelope = content?.['application/cloudevents+json']?.example;
    const sent = await service.fetch('/v1/events?wait=true', posted(envelope, type));
    expect(await sent.json()).toEqual({ accepted: 1, refused: 0, folded: true });

    const creating = operation('/v1/keys', 'post');
    const wanted = creating.requestBody?.content['application/json']?.example;
    const { headers } = await service.key(1, ['admin']);
    const made = await jsonOf<object>(service.fetch('/v1/keys', posted(wanted, headers)));
    const { key: _secret, id: _id, created_at: _at, ...rest } = made as Record<string, unknown>;
    expect(answerOf(creating, '201')).toMatchObject(rest);
    expect(Object.keys(made).sort()).toEqual(
      Object.keys(answerOf(creating, '201') as object).sort(),
    );
  });
});
