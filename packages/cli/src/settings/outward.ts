/** Where Pharos itself sends to: a syslog server, a mail server. */
import { nothing, type SettingSpecs, text } from './spec.ts';

export interface OutwardSettings {
  auditSyslog: string | null;
  auditSyslogCaFile: string | null;
  /** smtps://[user:password@]host[:port]; null: no e-mail is sent. */
  smtpUrl: string | null;
  /** The sender. */
  smtpFrom: string | null;
  /** Absolute. */
  smtpCaFile: string | null;
}

export const OUTWARD_SETTINGS: SettingSpecs<OutwardSettings> = {
  auditSyslog: {
    key: 'audit-syslog',
    env: ['PHAROS_AUDIT_SYSLOG'],
    default: nothing,
    parse: text,
    help: 'syslog server that takes the audit log, e.g. tls://syslog.example.com',
  },
  auditSyslogCaFile: {
    key: 'audit-syslog-ca-file',
    env: ['PHAROS_AUDIT_SYSLOG_CA_FILE'],
    path: true,
    default: nothing,
    parse: text,
    help: 'CA of the syslog server, PEM',
  },
  smtpUrl: {
    key: 'smtp-url',
    env: ['PHAROS_SMTP_URL'],
    secret: true,
    default: nothing,
    parse: text,
    help: 'mail server for webhooks to mailto:, e.g. smtps://user:password@mail.example.com',
  },
  smtpFrom: {
    key: 'smtp-from',
    env: ['PHAROS_SMTP_FROM'],
    default: nothing,
    parse: text,
    help: 'sender of e-mail, e.g. "Pharos <pharos@example.com>"',
  },
  smtpCaFile: {
    key: 'smtp-ca-file',
    env: ['PHAROS_SMTP_CA_FILE'],
    path: true,
    default: nothing,
    parse: text,
    help: 'CA of the mail server, PEM',
  },
};
