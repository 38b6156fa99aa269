/** Events as e-mail: a webhook whose address is `mailto:` is sent through the mail server of the settings. */
import { mailAddressesOf, WEBHOOK_FAILURES, type WebhookFailure } from '@pharos/contract';
import { createTransport } from 'nodemailer';
import { ServerError } from '../errors.ts';
import { LOOPBACK_NAMES } from '../identity/origin.ts';
import { failedPost, type Posted } from './post.ts';

const TIMEOUT_MS = 15_000;
const MOST_LINES = 20;
const MOST_ANSWER = 2048;

export interface MailOptions {
  /** `smtps://[user:password@]host[:port]`, or `smtp://` (STARTTLS, which is demanded unless the server is this machine). */
  readonly url: string;
  /** Sender, e.g. `Pharos <pharos@example.com>`. */
  readonly from: string;
  /** PEM, in place of the CAs that Node knows. */
  readonly ca: string | null;
}

export interface Mail {
  /** `mailto:…` of the webhook. */
  readonly to: string;
  /** The same for every try. */
  readonly id: string;
  /** The payload that an endpoint would get. */
  readonly payload: string;
}

export interface Mailer {
  /** Sends once; never rejects. */
  send(mail: Mail): Promise<Posted>;
  close(): void;
}

/** @throws ServerError `mail-settings-invalid` */
export function createMailer({ url: text, from, ca }: MailOptions, publicUrl: string | undefined): Mailer {
  const url = URL.parse(text);
  if (url === null || !/^smtps?:$/.test(url.protocol) || url.hostname === '') {
    throw invalid('smtp-url is no smtps:// or smtp:// address of a mail server.');
  }
  if (!/^[^\r\n<>]*<?[^\s<>@]+@[^\s<>@]+>?$/.test(from)) throw invalid('smtp-from is no e-mail address.');
  const isSecure = url.protocol === 'smtps:';
  const user = decodeURIComponent(url.username);
  const transport = createTransport({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (isSecure ? 465 : 587) : Number(url.port),
    secure: isSecure,
    requireTLS: !LOOPBACK_NAMES.has(url.hostname),
    ...(user === '' ? {} : { auth: { user, pass: decodeURIComponent(url.password) } }),
    ...(ca === null ? {} : { tls: { ca } }),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    // What is sent is text of ours: no file and no address of it is ever read.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const host = from.slice(from.lastIndexOf('@') + 1).replace('>', '');
  return {
    async send({ to, id, payload }) {
      try {
        const { subject, body } = wordsOf(payload, publicUrl);
        const answer = await transport.sendMail({
          ...{ from, to: mailAddressesOf(to) ?? [], subject, text: body },
          messageId: `<${id}@${host}>`,
          // Nobody's out-of-office note shall answer (RFC 3834).
          headers: { 'auto-submitted': 'auto-generated' },
        });
        const responseBody = String(answer.response).slice(0, MOST_ANSWER);
        return { status: 250, code: null, message: 'Delivered.', responseBody, retryAfterSeconds: null };
      } catch (error) {
        return failed(error as SmtpError);
      }
    },
    close: () => transport.close(),
  };
}

/** What is told where no mail server is known. */
export function unmailed(): Posted {
  return failedPost('mail-not-configured');
}

interface SmtpError {
  code?: string;
  responseCode?: number;
  response?: string;
}

function failed({ code = '', responseCode, response = '' }: SmtpError): Posted {
  const failure: WebhookFailure =
    code === 'EAUTH' || code === 'ENOAUTH'
      ? 'mail-sign-in-failed'
      : responseCode !== undefined
        ? 'mail-refused'
        : 'mail-unreachable';
  const [message] = WEBHOOK_FAILURES[failure];
  // The answer to a sign-in may repeat what was sent.
  const responseBody = failure === 'mail-refused' ? String(response).slice(0, MOST_ANSWER) : '';
  return { status: responseCode ?? null, code: failure, message, responseBody, retryAfterSeconds: null };
}

interface Payload {
  type: string;
  timestamp: string;
  data: {
    message?: string;
    /** Of an entry of the audit log. */
    actor?: string;
    action?: string;
    outcome?: string;
    subject?: string;
    path?: string;
    registry?: string | null;
    count?: number;
    items?: readonly { name?: string; digest?: string; previousDigest?: string }[];
  };
}

/** Subject and text of an event. What comes from registries was made harmless when it was stored; here it is plain text. */
export function wordsOf(payload: string, publicUrl: string | undefined): { subject: string; body: string } {
  const { type, timestamp, data } = JSON.parse(payload) as Payload;
  const message = data.message ?? auditWords(data) ?? type;
  const items = data.items ?? [];
  const lines = items.slice(0, MOST_LINES).map(({ name, digest, previousDigest }) => {
    const moved = previousDigest === undefined ? '' : ` (was ${previousDigest})`;
    return `- ${[name, digest].filter(Boolean).join('  ')}${moved}`;
  });
  const more = (data.count ?? items.length) - lines.length;
  const parts = [
    `${message}.`,
    ...(lines.length > 0 ? [lines.join('\n')] : []),
    ...(more > 0 && lines.length > 0 ? [`… and ${more} more.`] : []),
    ...(publicUrl !== undefined && data.path !== undefined ? [new URL(data.path, publicUrl).href] : []),
    `${type}, ${timestamp}${data.registry ? `, registry ${data.registry}` : ''}. Sent by Pharos, because a webhook names this address; an administrator changes it under Manage, Webhooks.`,
  ];
  return { subject: `[Pharos] ${message}`.slice(0, 200), body: `${parts.join('\n\n')}\n` };
}

function auditWords({ actor, action, outcome, subject = '' }: Payload['data']): string | null {
  return action === undefined ? null : `${actor}: ${action} ${subject}, ${outcome}`.replace(' ,', ',');
}

function invalid(message: string): ServerError {
  return new ServerError('mail-settings-invalid', message, 'See docs/webhooks.md, "As e-mail".');
}
