/** What an entry of the audit log is about, for people: in words, short, and with the page of it where there is one. */
import type { AuditEvent } from '@pharos/contract';
import { shortDigest } from '../../components/format.ts';

export interface SubjectWords {
  /** "model deployment" */
  readonly kind: string;
  /** A name whole, an id by its first eight digits, a digest by its first twelve. */
  readonly short: string;
  /** null: it has no page of its own. */
  readonly to: string | null;
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

const PAGES: Readonly<Record<string, string>> = {
  cluster: '/databases/',
  image: '/approvals/',
  location: '/manage/agents/locations/',
  'model-deployment': '/model-services/',
  'model-service': '/model-services/external/',
  policy: '/manage/policies/',
  receiver: '/manage/notifications/',
  registry: '/manage/registries/',
  repository: '/library/',
  rule: '/manage/rules/',
  trust: '/manage/trust/',
  webhook: '/manage/webhooks/',
};

export function subjectWords({
  subjectKind,
  subject,
  action,
}: Pick<AuditEvent, 'subjectKind' | 'subject' | 'action'>): SubjectWords {
  // Of a part of something: the thing, and then the part.
  const [whole = '', ...parts] = subject.split('/');
  const isOne = parts.length === 0 || UUID.test(whole);
  const short = isOne ? [whole, ...parts].map(shortened).join(' / ') : subject;
  const base = PAGES[subjectKind];
  const id = isOne ? whole : subject;
  const isGone = /\.(?:delete|remove)$/.test(action);
  const to = base === undefined || id === '' || isGone ? null : `${base}${encodeURIComponent(id)}`;
  return { kind: subjectKind.replaceAll('-', ' '), short, to };
}

function shortened(text: string): string {
  if (/^sha256:[0-9a-f]{64}$/.test(text)) return shortDigest(text);
  return UUID.test(text) ? text.slice(0, 8) : text;
}
