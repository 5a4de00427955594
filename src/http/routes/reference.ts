import { route } from '../route/route.js';

export const referenceRoutes = [
  route({
    method: 'GET',
    path: '/openapi.json',
    id: 'getOpenApi',
    tag: 'operations',
    summary: 'Read this reference as an OpenAPI 3.1 document',
    responses: { 200: { description: 'The document', type: 'application/json' } },
    async handle({ service }) {
      return {
        body: service.openapi,
        headers: { 'content-type': 'application/json; charset=utf-8' },
      };
    },
  }),
  route({
    method: 'GET',
    path: '/docs',
    id: 'getDocs',
    tag: 'operations',
    summary: 'Read this reference as a page',
    responses: { 200: { description: 'The page', type: 'text/html' } },
    async handle({ service }) {
      return {
        body: service.docs,
        headers: {
          'content-type': 'text/html; charset=utf-8',
          // The page has inline style and loads nothing.
          'content-security-policy':
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        },
      };
    },
  }),
];
