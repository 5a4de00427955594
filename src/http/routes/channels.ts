import { z } from 'zod';
import {
  createChannel,
  dropChannel,
  listChannels,
  type NewChannel,
  newChannelSchema,
} from '../../alerts/channels.js';
import { testChannel } from '../../alerts/deliver.js';
import { secretKeyOf } from '../../alerts/send/secret-box.js';
import { readObject } from '../body/read-object.js';
import { notFound } from '../problems/problem.js';
import { channelSchema } from '../route/alert-schemas.js';
import { name } from '../route/parameters.js';
import { checked, route } from '../route/route.js';

const oneChannel = z.strictObject({ channel_name: name('The channel') });
const newChannel = newChannelSchema.meta({
  id: 'NewChannel',
  examples: [{ kind: 'webhook', name: 'ops', url: 'https://example.com/hooks/runfold' }],
});

/** The channels of alert rules. */
export const channelRoutes = [
  route({
    method: 'GET',
    path: '/v1/channels',
    id: 'listChannels',
    tag: 'alerts',
    summary: 'List the channels for notifications',
    scope: 'admin',
    responses: {
      200: {
        description: 'All channels, by name, without their secrets',
        schema: z.strictObject({ items: z.array(channelSchema) }),
      },
    },
    async handle({ service, project }) {
      return { body: { items: await listChannels(service.database, { project }) } };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/channels',
    id: 'createChannel',
    tag: 'alerts',
    summary: 'Create a channel',
    description:
      'A webhook gets a secret to verify its signatures with (https://www.standardwebhooks.com). Only this response ' +
      'has it.',
    scope: 'admin',
    body: { 'application/json': newChannel },
    responses: {
      201: {
        description: 'The channel',
        schema: channelSchema
          .extend({ signing_secret: z.string().optional() })
          .meta({ id: 'CreatedChannel' }),
      },
    },
    problems: [409, 413, 415, 422],
    async handle({ service, project, request }) {
      const body = checked(newChannel, await readObject(request.raw, service.limits));
      const { secret_key, allowed_hosts } = service.alerts;
      const made = await createChannel(service.database, secretKeyOf(secret_key), {
        ...(body as NewChannel),
        project,
        allowed_hosts,
      });
      return { status: 201, body: made };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/channels/{channel_name}/test',
    id: 'testChannel',
    tag: 'alerts',
    summary: 'Send a sample to a channel',
    scope: 'admin',
    params: oneChannel,
    responses: {
      200: {
        description: 'It was delivered',
        schema: z.strictObject({ delivered: z.literal(true) }),
      },
    },
    problems: [404, 409],
    async handle({ service, project, params: { channel_name } }) {
      const options = { ...service.alerts, project, name: channel_name };
      const tested = await testChannel(service.database, options);
      if (tested === undefined) throw notFound('channel', channel_name);
      return { body: tested };
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/channels/{channel_name}',
    id: 'dropChannel',
    tag: 'alerts',
    summary: 'Drop a channel and its waiting deliveries',
    scope: 'admin',
    params: oneChannel,
    responses: { 200: { description: 'The channel, dropped', schema: channelSchema } },
    problems: [404],
    async handle({ service, project, params: { channel_name } }) {
      const dropped = await dropChannel(service.database, { project, name: channel_name });
      if (dropped === undefined) throw notFound('channel', channel_name);
      return { body: dropped };
    },
  }),
];
