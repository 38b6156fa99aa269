/** `dispatcher.capabilities.admission` of the agent's file. */
import { AdmissionMode } from '@pharos/contract';
import { z } from 'zod';
import { parseDuration } from '../duration.ts';

const Namespace = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'must be the exact name of a namespace');

const duration = (fallback: number) =>
  z
    .string()
    .transform((text, context) => {
      const seconds = parseDuration(text);
      if (typeof seconds === 'number') return seconds;
      context.addIssue({ code: 'custom', message: seconds, params: { code: 'duration-invalid' } });
      return z.NEVER;
    })
    .default(fallback);

const Listen = z
  .string()
  .regex(/^(?:\[[0-9a-fA-F:]+\]|[a-zA-Z0-9.-]*):\d{1,5}$/, 'must be address:port, such as 0.0.0.0:9443')
  .refine((text) => Number(text.slice(text.lastIndexOf(':') + 1)) <= 65_535, 'must have a port up to 65535');

/** A file with a certificate and one with its key, both or neither; without them the agent makes its own. */
const AdmissionTls = z
  .strictObject({
    cert_file: z.string().min(1).max(4096).optional(),
    key_file: z.string().min(1).max(4096).optional(),
    ca_file: z.string().min(1).max(4096).optional(),
  })
  .refine(({ cert_file, key_file }) => (cert_file === undefined) === (key_file === undefined), {
    error: 'needs cert_file and key_file, or neither of them',
  });

export const FileAdmission = z.strictObject({
  enabled: z.boolean().default(true),
  listen: Listen.default('0.0.0.0:9443'),
  mode: AdmissionMode.default('enforce'),
  pin_tags: z.boolean().default(true),
  failure_policy: z.enum(['Fail', 'Ignore']).default('Fail'),
  exempt_namespaces: z.array(Namespace).max(100).optional(),
  max_age: duration(72 * 3600),
  refresh: duration(10),
  contact: z.string().max(300).default(''),
  service: z
    .strictObject({ name: Namespace.default('pharos-admission'), namespace: Namespace.default('pharos-system') })
    .default({ name: 'pharos-admission', namespace: 'pharos-system' }),
  tls: AdmissionTls.default({}),
  public_key: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/, 'must be a raw Ed25519 key in base64url')
    .optional(),
});

/** What admission control of an agent works with. */
export interface AdmissionSettings {
  readonly host: string;
  readonly port: number;
  readonly mode: AdmissionMode;
  readonly pinTags: boolean;
  readonly failurePolicy: 'Fail' | 'Ignore';
  readonly exemptNamespaces: readonly string[];
  readonly maxAgeSeconds: number;
  readonly refreshSeconds: number;
  readonly contact: string;
  readonly service: { readonly name: string; readonly namespace: string };
  /** Files of the certificate; null: the agent makes its own. */
  readonly certificate: { readonly certFile: string; readonly keyFile: string } | null;
  readonly caFile: string | null;
  /** The only key that snapshots may be signed with; null: the first one that is met. */
  readonly publicKey: string | null;
}

/** The settings; null: admission control is switched off, or not spoken of. `resolvePath` makes paths absolute. */
export function admissionSettings(
  file: z.output<typeof FileAdmission> | undefined,
  resolvePath: (path: string) => string,
): AdmissionSettings | null {
  if (file === undefined || !file.enabled) return null;
  const colon = file.listen.lastIndexOf(':');
  const { cert_file, key_file, ca_file } = file.tls;
  return {
    host: file.listen.slice(0, colon).replace(/^\[|\]$/g, '') || '0.0.0.0',
    port: Number(file.listen.slice(colon + 1)),
    mode: file.mode,
    pinTags: file.pin_tags,
    failurePolicy: file.failure_policy,
    // Without these the pods that answer, and those that a cluster stands on, would wait for themselves.
    exemptNamespaces: file.exempt_namespaces ?? [...new Set(['kube-system', file.service.namespace])],
    maxAgeSeconds: file.max_age,
    refreshSeconds: file.refresh,
    contact: file.contact,
    service: file.service,
    certificate:
      cert_file === undefined || key_file === undefined
        ? null
        : { certFile: resolvePath(cert_file), keyFile: resolvePath(key_file) },
    caFile: ca_file === undefined ? null : resolvePath(ca_file),
    publicKey: file.public_key ?? null,
  };
}
