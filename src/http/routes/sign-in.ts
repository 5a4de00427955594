import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { Database } from '../../postgres/database.js';
import { type ApiKey, createKey, findKey, keyScopes, revokeKey } from '../../store/api-keys.js';
import { refuseForeignBrowsers } from '../access/own-page.js';
import { cookieOf, mostProjects } from '../access/session-cookie.js';
import { readObject } from '../body/read-object.js';
import { ProblemError } from '../problems/problem.js';
import { checked, route } from '../route/route.js';

const newSignIn = z
  .strictObject({ key: z.string('a key').max(200, 'a key') }, 'an object')
  .meta({ id: 'SignIn', examples: [{ key: 'rf_0f9c2b7a1d3e4c5b_…' }] });
const phrase = 'the number of a project';
const newSignOut = z
  .strictObject({ project: z.int(phrase).min(1, phrase).optional() }, 'an object')
  .meta({ id: 'SignOut', examples: [{}] });

const signedInSchema = z
  .strictObject({
    project: z.int(),
    scopes: z.array(z.enum(keyScopes)),
    expires_at: z.iso.datetime().nullable().describe('Moved on with every look, up to 30 days'),
  })
  .meta({ id: 'SignedIn' });

const cookies =
  'The cookie holds a key of the browser itself, out of the reach of script: it may what the key may that ' +
  'was given, less sending events, and ends with it. A request with `Authorization` ignores it. It ' +
  'opens nothing for a request that a page of another site began. One browser may be signed in to eight ' +
  'projects; its requests say `project` in the query where it is not the first of them.';

/** A browser is let in by a cookie, so that no key is in the reach of script. */
export const signInRoutes = [
  route({
    method: 'POST',
    path: '/v1/sign-in',
    id: 'signIn',
    tag: 'keys',
    summary: 'Sign a browser in with a key',
    description: `Answers with a cookie. ${cookies} After ten failures of an address in a minute: 429.`,
    body: { 'application/json': newSignIn },
    answers: { 200: { description: 'Signed in', schema: signedInSchema } },
    problems: [401, 403, 413, 415, 429, 503],
    async handle({ service, request }) {
      const { access, database, signIns } = service;
      refuseForeignBrowsers(request.raw);
      signIns.check(request.ip);
      const body = checked(newSignIn, await readObject(request.raw, service.limits));
      const parent = await findKey(database, (body as z.infer<typeof newSignIn>).key.trim());
      if (parent === undefined || parent.kind === 'browser') {
        signIns.noteFailure(request.ip);
        throw new ProblemError('unauthorized', 'Expected a good key, got one that is none.', {
          headers: { 'www-authenticate': 'Bearer realm="runfold"' },
        });
      }
      const scopes = parent.scopes.filter((scope) => scope !== 'ingest');
      if (!scopes.includes('read')) {
        throw new ProblemError(
          'wrong_scope',
          `Expected a key for read, got one for ${parent.scopes.join(', ')}.`,
        );
      }
      const { project, id: parent_id, name } = parent;
      const made = await createKey(database, { project, scopes, name, parent_id });
      const others = (await access.signedIn(request.raw)).filter(
        ({ key }) => key.project !== project,
      );
      const kept = others.slice(0, mostProjects - 1);
      const keptIds = new Set(kept.map(({ key }) => key.id));
      await end(database, request.raw, access, ({ id }) => !keptIds.has(id));
      const cookie = cookieOf([made.key, ...kept.map(({ text }) => text)], access.is_secure);
      return {
        body: { project, scopes: made.scopes, expires_at: made.expires_at },
        headers: { 'set-cookie': cookie },
      };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/sign-out',
    id: 'signOut',
    tag: 'keys',
    summary: 'Sign a browser out',
    description:
      'Revokes the key in its cookie: that of one project, or without `project` those of all.',
    body: { 'application/json': newSignOut },
    answers: {
      200: {
        description: 'Signed out',
        schema: z.strictObject({ projects: z.array(z.int()) }).meta({ id: 'SignedOut' }),
      },
    },
    problems: [403, 413, 415, 503],
    async handle({ service, request }) {
      const { access, database } = service;
      refuseForeignBrowsers(request.raw);
      const body = checked(newSignOut, await readObject(request.raw, service.limits));
      const { project } = body as z.infer<typeof newSignOut>;
      const isMeant = (key: ApiKey) => project === undefined || key.project === project;
      const all = await access.signedIn(request.raw);
      const ended = await end(database, request.raw, access, isMeant);
      const kept = all.filter(({ key }) => !isMeant(key)).map(({ text }) => text);
      return {
        body: { projects: ended },
        headers: { 'set-cookie': cookieOf(kept, access.is_secure) },
      };
    },
  }),
];

/** Revokes keys of a browser; answers their projects. */
async function end(
  database: Database,
  request: IncomingMessage,
  access: { signedIn(request: IncomingMessage): Promise<readonly { readonly key: ApiKey }[]> },
  isMeant: (key: ApiKey) => boolean,
): Promise<readonly number[]> {
  const meant = (await access.signedIn(request)).map(({ key }) => key).filter(isMeant);
  for (const { id, project } of meant) await revokeKey(database, { id, project });
  return meant.map(({ project }) => project);
}
