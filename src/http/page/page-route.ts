import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PageFile, PageFiles } from './page-files.js';

/**
 * The policy of the page's document: it may load only files of this service. No inline
 * script or style, no other host, no frame. The text of events never becomes HTML: script cannot create any.
 */
const pageHeaders = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
} as const;

/** The path of a file. It is not an operation of the API, and needs no key because it has no data. */
export interface PageRoute {
  /** As routes of the API write it: `/runs/{run_id}`. */
  readonly path: string;
  respond(request: FastifyRequest, reply: FastifyReply): FastifyReply;
}

/** The addresses of the page's screens. All other paths except assets and the API are unknown. */
const screens = [
  '/',
  '/sessions',
  '/sessions/{session_id}',
  '/runs',
  '/runs/{run_id}',
  '/agents',
  '/models',
  '/tools',
  '/tools/{tool_name}',
  '/users',
  '/teams',
  '/labels',
  '/budgets',
  '/budgets/{budget_name}',
  '/alerts',
  '/live',
  '/health',
  '/rejects',
  '/keys',
  '/projects',
  '/settings',
];

/** Declares a path of the page; `route()` declares an operation of the API. */
export function page(path: string, file: PageFile, headers: Readonly<Record<string, string>>) {
  return {
    path,
    respond(request: FastifyRequest, reply: FastifyReply) {
      reply.headers({ ...headers, etag: file.etag, vary: 'accept-encoding' });
      const known = String(request.headers['if-none-match'] ?? '');
      if (known.includes(file.etag)) return reply.code(304).send();
      const coding = codingFor(file, String(request.headers['accept-encoding'] ?? ''));
      if (coding !== 'identity') reply.header('content-encoding', coding);
      return reply.type(file.type).send(file.bodies.get(coding));
    },
  } satisfies PageRoute;
}

/** All paths of the page: its screens, which share one document, and its assets. */
export function pageRoutes({ document, assets }: PageFiles): readonly PageRoute[] {
  const documentHeaders = { ...pageHeaders, 'cache-control': 'no-cache' };
  return [
    ...screens.map((path) => page(path, document, documentHeaders)),
    ...[...assets].map(([path, file]) =>
      page(path, file, {
        // The name of a built file contains a hash of its content.
        'cache-control': path.startsWith('/assets/')
          ? 'public, max-age=31536000, immutable'
          : 'no-cache',
      }),
    ),
  ];
}

function codingFor({ bodies }: PageFile, accepted: string): 'br' | 'gzip' | 'identity' {
  const refused = (coding: string) =>
    new RegExp(`\\b${coding}\\s*;\\s*q=0(\\.0*)?\\s*(,|$)`).test(accepted);
  for (const coding of ['br', 'gzip'] as const) {
    if (bodies.has(coding) && new RegExp(`\\b${coding}\\b`).test(accepted) && !refused(coding)) {
      return coding;
    }
  }
  return 'identity';
}
