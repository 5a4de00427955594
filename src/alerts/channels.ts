import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { codeOf } from '../environment/error-fields.js';
import type { Database } from '../postgres/database.js';
import { uniqueViolation } from '../postgres/sql-states.js';
import { utcTextSql } from '../store/sql-units.js';
import { checkedAlert, namePattern, namePhrase } from './checked-alert.js';
import { AlertExistsError, InvalidAlertError } from './send/alert-errors.js';
import { expectedOf } from './send/public-address.js';
import { type ChannelSecret, sealSecret } from './send/secret-box.js';

/** Where notifications go. */
export interface Channel {
  readonly name: string;
  readonly project: number;
  readonly kind: 'webhook' | 'slack' | 'email';
  /** The part of the address that may be shown: the host, or the recipients of the mail. */
  readonly shown: string;
  /** RFC 3339 in UTC. */
  readonly created_at: string;
}

const name = z.string(namePhrase).regex(namePattern, namePhrase);
const urlPhrase = 'an https address of at most 2000 characters';
const url = z
  .string(urlPhrase)
  .max(2_000, urlPhrase)
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), urlPhrase);
const mailPhrase = 'one to twenty addresses such as ops@example.com';
const kindPhrase = 'one of webhook, slack, email';

/** The input for a new channel. */
export const newChannelSchema = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('webhook'), name, url }),
    z.strictObject({ kind: z.literal('slack'), name, url }),
    z.strictObject({
      kind: z.literal('email'),
      name,
      to: z.array(z.email(mailPhrase), mailPhrase).min(1, mailPhrase).max(20, mailPhrase),
    }),
  ],
  kindPhrase,
);

/** The input for a new channel. */
export type NewChannel = z.input<typeof newChannelSchema>;

const columns = `c.name::text, c.project, c.kind, c.shown, ${utcTextSql('c.created_at')} as created_at`;

/**
 * Creates a channel. A webhook gets a signing secret, which only this call returns.
 * An address to which nothing would ever be sent is refused.
 * @throws InvalidAlertError, AlertExistsError
 */
export async function createChannel(
  database: Database,
  key: Buffer,
  options: NewChannel & {
    readonly project?: number | undefined;
    /** Hosts in your own network that may get notifications, also without TLS. Defaults to none. */
    readonly allowed_hosts?: readonly string[] | undefined;
  },
): Promise<Channel & { readonly signing_secret?: string }> {
  const { project = 1, allowed_hosts = [], ...given } = options;
  const channel = checkedAlert(newChannelSchema, given);
  if (channel.kind !== 'email') {
    const expected = expectedOf(new URL(channel.url), allowed_hosts);
    // An address can be secret, in whole or in part.
    if (expected !== undefined)
      throw new InvalidAlertError([{ field: 'url', expected, got: 'another' }]);
  }
  const secret: ChannelSecret =
    channel.kind === 'email'
      ? { to: channel.to }
      : channel.kind === 'slack'
        ? { url: channel.url }
        : { url: channel.url, signing_secret: randomBytes(32).toString('base64') };
  const shown = channel.kind === 'email' ? channel.to.join(', ') : new URL(channel.url).host;
  try {
    const [made] = await database.query<Channel & Record<string, unknown>>(
      `with made as (insert into runfold_internal.alert_channel (project, name, kind, shown, secret)
        values ($1, $2, $3, $4, $5) returning *) select ${columns} from made c`,
      [project, channel.name, channel.kind, shown, sealSecret(key, secret)],
    );
    if (made === undefined) throw new Error('Expected the channel, got nothing.');
    return secret.signing_secret === undefined
      ? made
      : { ...made, signing_secret: `whsec_${secret.signing_secret}` };
  } catch (error) {
    if (codeOf(error) === uniqueViolation) throw new AlertExistsError('channel', channel.name);
    throw error;
  }
}

/** The channels of a project, by name. */
export async function listChannels(
  database: Database,
  { project = 1 }: { readonly project?: number | undefined } = {},
): Promise<Channel[]> {
  return database.query<Channel & Record<string, unknown>>(
    `select ${columns} from runfold_internal.alert_channel c where c.project = $1 order by c.name`,
    [project],
  );
}

/**
 * Deletes a channel; waiting deliveries are dropped. Returns undefined if no channel has that name.
 */
export async function dropChannel(
  database: Database,
  options: { readonly project?: number | undefined; readonly name: string },
): Promise<Channel | undefined> {
  const [dropped] = await database.query<Channel & Record<string, unknown>>(
    `with gone as (delete from runfold_internal.alert_channel where project = $1 and name = $2 returning *),
    ended as (update runfold_internal.alert_delivery set is_open = false, fault = 'The channel was dropped.'
      where is_open and channel_id in (select id from gone))
    select ${columns} from gone c`,
    [options.project ?? 1, options.name],
  );
  return dropped;
}
