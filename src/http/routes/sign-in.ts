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
    expires_at: z.iso.datetime().nullable().describe('Extended by every request, up to 30 days'),
  })
  .meta({ id: 'SignedIn' });

const cookies =
  'The cookie has a separate key for the browser, which script cannot read. It has the scopes of the given key ' +
  'except sending events, and ends with that key. A request with `Authorization` ignores the cookie. A request that ' +
  'a page of another site started is refused. A browser may be signed in to eight ' +
  'projects; its requests need `project` in the query unless they mean the first of them.';

/** A browser authenticates by a cookie, so that script cannot read a key. */
export const signInRoutes = [
  route({
    method: 'POST',
    path: '/v1/sign-in',
    id: 'signIn',
    tag: 'keys',
    summary: 'Sign a browser in with a key',
    description: `Responds with a cookie. ${cookies} After ten failures of an address within a minute, the response is 429.`,
    body: { 'application/json': newSignIn },
    responses: { 200: { description: 'Signed in', schema: signedInSchema } },
    problems: [401, 403, 413, 415, 429, 503],
    async handle({ service, request }) {
      const { access, database, signIns } = service;
      refuseForeignBrowsers(request.raw);
      signIns.check(request.ip);
      const body = checked(newSignIn, await readObject(request.raw, service.limits));
      const parent = await findKey(database, (body as z.infer<typeof newSignIn>).key.trim());
      if (parent === undefined || parent.kind === 'browser') {
        signIns.noteFailure(request.ip);
        throw new ProblemError('unauthorized', 'The key is not valid.', {
          headers: { 'www-authenticate': 'Bearer realm="runfold"' },
        });
      }
      const scopes = parent.scopes.filter((scope) => scope !== 'ingest');
      if (!scopes.includes('read')) {
        throw new ProblemError(
          'wrong_scope',
          `The key needs the scope read, but has ${parent.scopes.join(', ')}.`,
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
      'Revokes the keys in its cookie: that of one project, or all of them without `project`.',
    body: { 'application/json': newSignOut },
    responses: {
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

/** Revokes keys of a browser; returns their projects. */
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
