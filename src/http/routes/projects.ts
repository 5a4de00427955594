import { z } from 'zod';
import { maxProject } from '../../events/limits.js';
import { listProjects } from '../../query/list-projects.js';
import { createProject, setProjectZone } from '../../store/projects.js';
import { readObject } from '../body/read-object.js';
import { notInStore } from '../problems/problem.js';
import { wholeNumber } from '../route/parameters.js';
import { checked, route } from '../route/route.js';

const projectSchema = z
  .strictObject({
    id: z.int(),
    name: z.string(),
    time_zone: z
      .string()
      .nullable()
      .describe('The reporting time zone, an IANA name; null for the zone of each reader'),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Project' });

const listedSchema = z
  .strictObject({
    ...projectSchema.shape,
    name: z.string().nullable().describe('null if the number has events, but was never created'),
    created_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'ListedProject' });

const phrase = 'an IANA time zone, or null';
const time_zone = z.string(phrase).max(100, phrase).nullable();
const newProject = z
  .strictObject({ name: z.string('a name'), time_zone: time_zone.optional() }, 'an object')
  .meta({ id: 'NewProject', examples: [{ name: 'shop', time_zone: 'Europe/Berlin' }] });
const changedProject = z
  .strictObject({ time_zone }, 'an object')
  .meta({ id: 'ChangedProject', examples: [{ time_zone: 'Europe/Berlin' }] });

/** The projects of the store. */
export const projectRoutes = [
  route({
    method: 'GET',
    path: '/v1/projects',
    id: 'listProjects',
    tag: 'projects',
    summary: 'List the projects',
    scope: 'operate',
    responses: {
      200: {
        description: 'All projects, by number, and the numbers that only have events',
        schema: z.strictObject({ items: z.array(listedSchema) }),
      },
    },
    async handle({ service }) {
      return { body: { items: await listProjects(service.database) } };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/projects',
    id: 'createProject',
    tag: 'projects',
    summary: 'Create a project',
    description: 'Events, queries and keys refer to a project by its number.',
    scope: 'operate',
    body: { 'application/json': newProject },
    responses: { 201: { description: 'The project', schema: projectSchema } },
    problems: [409, 413, 415, 422],
    async handle({ service, request }) {
      const body = checked(newProject, await readObject(request.raw, service.limits));
      const made = await createProject(service.database, body as z.infer<typeof newProject>);
      return { status: 201, body: made };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/projects/{project_id}',
    id: 'changeProject',
    tag: 'projects',
    summary: 'Change the time zone of a project',
    scope: 'operate',
    params: z.strictObject({ project_id: wholeNumber(1, maxProject, 'The project') }),
    body: { 'application/json': changedProject },
    responses: { 200: { description: 'The project', schema: projectSchema } },
    problems: [404, 413, 415, 422],
    async handle({ service, request, params: { project_id: id } }) {
      const body = checked(changedProject, await readObject(request.raw, service.limits));
      const changes = body as z.infer<typeof changedProject>;
      const changed = await setProjectZone(service.database, { id, ...changes });
      if (changed === undefined) throw notInStore('project', String(id));
      return { body: changed };
    },
  }),
];
