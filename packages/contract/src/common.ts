/** Value shapes that several resources share. */
import { z } from 'zod';

/** RFC 3339 time in UTC, e.g. `2026-11-23T17:00:00.000Z`. */
export const Time = z.iso.datetime().meta({ description: 'RFC 3339 time in UTC' });

/** Identity of a row: a UUID that is never reused. */
export const Id = z.uuid();

/** `sha256:<64 hex>` or `sha512:<128 hex>` (OCI image-spec, descriptor.md §Digests). */
export const Digest = z
  .string()
  .regex(/^(sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/, 'must be sha256:<64 hex digits> or sha512:<128 hex digits>')
  .meta({ description: 'OCI digest' });

/** A tag's name (OCI distribution-spec §Pulling manifests). */
export const TagName = z
  .string()
  .regex(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/, 'must be 1–128 letters, digits, ".", "_" or "-"');

/** A repository's name (OCI distribution-spec §Pulling manifests), nested names allowed. */
export const RepositoryName = z
  .string()
  .max(255)
  .regex(
    /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/,
    'must be lower-case path components joined by "/"',
  );

/** A name that people give to a registry, a rule, a location, a token. */
export const DisplayName = z.string().trim().min(1).max(100);

/** Query flag: `?refresh=true`. */
export const Flag = z.enum(['true', 'false']).transform((value) => value === 'true');

/** Whether a row was written in the UI/API or comes from an agent's file (then it is read-only here). */
export const Source = z.enum(['ui', 'file']);
export type Source = z.infer<typeof Source>;
