import { z } from 'zod';
import { createKey, keyScopes, listKeys, revokeKey } from '../../store/api-keys.js';
import { readObject } from '../body/read-object.js';
import { notFound, ProblemError } from '../problems/problem.js';
import { name } from '../route/parameters.js';
import { checked, route } from '../route/route.js';

const scopesPhrase = `scopes, any of ${keyScopes.join(', ')}`;
const newKey = z
  .strictObject(
    {
      scopes: z.array(z.enum(keyScopes, scopesPhrase), scopesPhrase).min(1, scopesPhrase),
      name: z.string('a string').max(200, 'a string of at most 200 characters').optional(),
    },
    'an object',
  )
  .meta({ id: 'NewKey', examples: [{ name: 'agents', scopes: ['ingest'] }] });

const time = z.iso.datetime();
const keySchema = z
  .strictObject({
    id: z.string(),
    project: z.int(),
    name: z.string(),
    scopes: z.array(z.enum(keyScopes)),
    created_at: time,
    last_used_at: time.nullable(),
    revoked_at: time.nullable(),
    expires_at: time.nullable(),
    kind: z
      .enum(['key', 'browser'])
      .describe('`browser` is the key of a browser that signed in with another key'),
    parent_id: z.string().nullable().describe('The key that a browser signed in with'),
  })
  .meta({ id: 'Key' });

export const keyRoutes = [
  route({
    method: 'GET',
    path: '/v1/keys',
    id: 'listKeys',
    tag: 'keys',
    summary: "List the project's keys",
    scope: 'admin',
    responses: {
      200: {
        description: 'All keys, oldest first',
        schema: z.strictObject({ items: z.array(keySchema) }),
      },
    },
    async handle({ service, project }) {
      return { body: { items: await listKeys(service.database, { project }) } };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/keys',
    id: 'createKey',
    tag: 'keys',
    summary: 'Create a key for the project',
    description: 'The key is only in this response: the store has only its hash.',
    scope: 'admin',
    body: { 'application/json': newKey },
    responses: {
      201: {
        description: 'The key',
        schema: keySchema.extend({ key: z.string() }).meta({ id: 'CreatedKey' }),
      },
    },
    problems: [413, 415, 422],
    async handle({ service, project, key, request }) {
      if (key === undefined) {
        // Otherwise any program on the machine could lock out all others.
        throw new ProblemError(
          'wrong_scope',
          'The first key must be created by command. Run "runfold keys create --scope admin".',
        );
      }
      const body = checked(newKey, await readObject(request.raw, service.limits));
      const wanted = body as z.infer<typeof newKey>;
      if (wanted.scopes.includes('operate') && !key.scopes.includes('operate')) {
        // The scope covers the whole store, so a key without it must not grant it.
        throw new ProblemError(
          'wrong_scope',
          `Only a key with the scope operate can create another with it; this key has ${key.scopes.join(', ')}.`,
        );
      }
      return { status: 201, body: await createKey(service.database, { ...wanted, project }) };
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/keys/{key_id}',
    id: 'revokeKey',
    tag: 'keys',
    summary: 'Revoke a key of the project permanently',
    description: 'Services stop accepting it within one second.',
    scope: 'admin',
    params: z.strictObject({ key_id: name('The public part of the key') }),
    responses: { 200: { description: 'The key, revoked', schema: keySchema } },
    problems: [404],
    async handle({ service, project, params: { key_id } }) {
      const key = await revokeKey(service.database, { id: key_id, project });
      if (key === undefined) throw notFound('key', key_id);
      return { body: key };
    },
  }),
];
