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
      name: z.string('a text').max(200, 'a text of at most 200 characters').optional(),
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
    kind: z.enum(['key', 'browser']).describe('A browser has signed in with another key'),
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
    answers: {
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
    summary: 'Make a key of the project',
    description: 'The key is in this one answer and nowhere else: only its hash is stored.',
    scope: 'admin',
    body: { 'application/json': newKey },
    answers: {
      201: {
        description: 'The key',
        schema: keySchema.extend({ key: z.string() }).meta({ id: 'CreatedKey' }),
      },
    },
    problems: [413, 415, 422],
    async handle({ service, project, key, request }) {
      if (key === undefined) {
        // Any program on the machine could make itself the only one that is let in.
        throw new ProblemError(
          'wrong_scope',
          'The first key is made by command. Run "runfold keys create --scope admin".',
        );
      }
      const body = checked(newKey, await readObject(request.raw, service.limits));
      const wanted = body as z.infer<typeof newKey>;
      if (wanted.scopes.includes('operate') && !key.scopes.includes('operate')) {
        // It reaches the whole store, which a key of one project may not hand out.
        throw new ProblemError(
          'wrong_scope',
          `Expected a key for operate to make one for operate, got one for ${key.scopes.join(', ')}.`,
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
    summary: 'Revoke a key of the project for good',
    description: 'It is let in no longer than a second more.',
    scope: 'admin',
    params: z.strictObject({ key_id: name('The part of the key that is no secret') }),
    answers: { 200: { description: 'The key, revoked', schema: keySchema } },
    problems: [404],
    async handle({ service, project, params: { key_id } }) {
      const key = await revokeKey(service.database, { id: key_id, project });
      if (key === undefined) throw notFound('a key', key_id);
      return { body: key };
    },
  }),
];
