import { Webhook } from 'standardwebhooks';
import { DeliveryError } from './alert-errors.js';
import { type Notification, sentenceOf } from './notification.js';
import { post } from './post.js';
import type { ChannelSecret } from './secret-box.js';

/** What the operator sets for all channels. */
export interface SendOptions {
  /** `smtp://user:password@host:587`; undefined if no mail is sent. */
  readonly smtp_url?: string | undefined;
  /** The sender of mail. */
  readonly smtp_from?: string | undefined;
  /** Hosts on the private network that webhooks may go to. */
  readonly allowed_hosts?: readonly string[] | undefined;
  /** The time limit of one delivery, in milliseconds. Defaults to 10,000. */
  readonly timeout_ms?: number | undefined;
}

/** Sends a notification to a channel. @throws DeliveryError */
export async function send(
  channel: { readonly kind: string; readonly secret: ChannelSecret },
  id: string,
  notification: Notification,
  options: SendOptions,
): Promise<void> {
  const { allowed_hosts = [], timeout_ms } = options;
  const { url = '', signing_secret = '', to = [] } = channel.secret;
  const posting = { url, allowed_hosts, timeout_ms };
  switch (channel.kind) {
    case 'webhook': {
      const body = JSON.stringify(notification);
      const sent = new Date();
      const headers = {
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(sent.getTime() / 1000)),
        'webhook-signature': new Webhook(signing_secret).sign(id, sent, body),
      };
      return post({ ...posting, body, headers });
    }
    case 'slack':
      return post({
        ...posting,
        body: JSON.stringify({ text: escaped(sentenceOf(notification)) }),
        headers: {},
      });
    case 'email':
      return mail(id, notification, to, options);
    default:
      throw new DeliveryError(`Expected a channel of a known kind, got ${channel.kind}.`);
  }
}

/**
 * https://docs.slack.dev/messaging/formatting-message-text: escaped, so that names from elsewhere
 * mention nobody.
 */
const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

async function mail(
  id: string,
  notification: Notification,
  to: readonly string[],
  { smtp_url, smtp_from, timeout_ms = 10_000 }: SendOptions,
): Promise<void> {
  if (smtp_url === undefined || smtp_from === undefined) {
    throw new DeliveryError('Mail needs RUNFOLD_SMTP_URL and RUNFOLD_SMTP_FROM. Set both.');
  }
  // Loaded only by a process that sends mail.
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    url: smtp_url,
    connectionTimeout: timeout_ms,
    greetingTimeout: timeout_ms,
    socketTimeout: timeout_ms,
    disableFileAccess: true,
    disableUrlAccess: true,
  } as object);
  const text = sentenceOf(notification);
  // A line break would begin another header.
  const subject = text.replaceAll(/[\p{Cc}\s]+/gu, ' ').slice(0, 150);
  try {
    await transport.sendMail({
      from: smtp_from,
      to: [...to],
      subject: `[Runfold] ${subject}`,
      messageId: `<${id}@runfold>`,
      text: `${text}\n\n${JSON.stringify(notification.data, null, 2)}\n`,
    });
  } catch (error) {
    const code =
      (error as { code?: string; responseCode?: number }).responseCode ??
      (error as { code?: string }).code;
    throw new DeliveryError(`The mail server did not accept it: ${code ?? 'no response'}.`);
  } finally {
    transport.close();
  }
}
