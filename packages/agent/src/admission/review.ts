/** An AdmissionReview of Kubernetes (admission.k8s.io/v1) and its answer. Whatever cannot be read is refused. */
import type { AdmissionMode, AdmissionVerdict } from '@pharos/contract';
import {
  type AdmissionGround,
  type AdmissionQuestion,
  boundedWarning,
  decideAdmission,
  imagesOfObject,
  type PatchOperation,
  pinTags,
} from '@pharos/library';
import { z } from 'zod';
import type { Tally } from './tally.ts';

const Review = z.object({
  apiVersion: z.enum(['admission.k8s.io/v1', 'admission.k8s.io/v1beta1']),
  kind: z.literal('AdmissionReview'),
  request: z.object({
    uid: z.string().min(1).max(200),
    kind: z.object({ group: z.string().max(253).default(''), kind: z.string().max(253) }),
    subResource: z.string().max(100).default(''),
    name: z.string().max(1000).default(''),
    namespace: z.string().max(253).default(''),
    operation: z.string().max(20),
    userInfo: z.object({ username: z.string().max(1000).default('') }).default({ username: '' }),
    object: z.unknown().optional(),
    oldObject: z.unknown().optional(),
    dryRun: z.boolean().nullish(),
  }),
});
type Request = z.infer<typeof Review>['request'];

export interface ReviewResponse {
  readonly uid: string;
  readonly allowed: boolean;
  readonly status?: { readonly code: number; readonly reason: string; readonly message: string };
  readonly warnings?: readonly string[];
  readonly patchType?: 'JSONPatch';
  /** base64 of the JSON text. */
  readonly patch?: string;
}

export interface ReviewAnswer {
  readonly apiVersion: string;
  readonly kind: 'AdmissionReview';
  readonly response: ReviewResponse;
}

/** What reviews are answered with. */
export interface ReviewContext {
  readonly mode: AdmissionMode;
  readonly pinTags: boolean;
  readonly exemptNamespaces: ReadonlySet<string>;
  readonly tally: Tally;
  ground(): AdmissionGround;
}

/** Not a review at all: the API server takes that as a failure, and its failurePolicy decides. */
export class NoReview extends Error {
  override readonly name = 'NoReview';
}

/** Whether the object may be made or changed. @throws NoReview */
export function validateReview(body: unknown, context: ReviewContext): ReviewAnswer {
  const { apiVersion, request } = readReview(body);
  return { apiVersion, kind: 'AdmissionReview', response: validate(request, context) };
}

/** The patch that turns tags into digests; it never refuses, the validating twin does. @throws NoReview */
export function mutateReview(body: unknown, context: ReviewContext): ReviewAnswer {
  const { apiVersion, request } = readReview(body);
  const patch = isLookedAt(request, context) && context.pinTags ? pinTags(questionOf(request), context.ground()) : [];
  if (patch.length > 0 && !request.dryRun) context.tally.mutated += 1;
  return { apiVersion, kind: 'AdmissionReview', response: { uid: request.uid, allowed: true, ...patched(patch) } };
}

function readReview(body: unknown) {
  const parsed = Review.safeParse(body);
  if (!parsed.success) throw new NoReview('The body is no AdmissionReview of admission.k8s.io/v1.');
  return parsed.data;
}

function patched(patch: readonly PatchOperation[]): Partial<ReviewResponse> {
  if (patch.length === 0) return {};
  return { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch), 'utf8').toString('base64') };
}

/** Only what makes or changes an object runs an image; deleting is always allowed. */
function isLookedAt(request: Request, { exemptNamespaces }: ReviewContext): boolean {
  if (request.operation !== 'CREATE' && request.operation !== 'UPDATE') return false;
  if (request.namespace !== '' && exemptNamespaces.has(request.namespace)) return false;
  // `pods/binding`, `pods/eviction` and their like are objects of their own that name no image.
  return request.subResource === '' || imagesOfObject(request.kind, request.object).isKnown;
}

function questionOf({ kind, object, oldObject, operation }: Request): AdmissionQuestion {
  return { kind, object, ...(operation === 'UPDATE' ? { oldObject } : {}) };
}

function validate(request: Request, context: ReviewContext): ReviewResponse {
  const { uid, dryRun } = request;
  const { tally, mode } = context;
  if (!isLookedAt(request, context)) {
    if (!dryRun) tally.exempted += 1;
    return { uid, allowed: true };
  }
  const ground = context.ground();
  const { isFit, verdicts, message, warnings } = decideAdmission(questionOf(request), ground);
  if (isFit) {
    if (!dryRun) tally[warnings.length > 0 ? 'warned' : 'admitted'] += 1;
    return { uid, allowed: true, ...(warnings.length > 0 ? { warnings } : {}) };
  }
  if (!dryRun) {
    tally[mode === 'audit' ? 'audited' : 'refused'] += 1;
    note(request, verdicts, message, context, ground.now);
  }
  if (mode === 'audit') {
    const said = [`Pharos would refuse this: ${message}`, ...warnings].map(boundedWarning);
    return { uid, allowed: true, warnings: said.slice(0, 10) };
  }
  const told = warnings.length > 0 ? { warnings } : {};
  return { uid, allowed: false, status: { code: 403, reason: 'Forbidden', message: `Pharos: ${message}` }, ...told };
}

function note(
  request: Request,
  verdicts: readonly AdmissionVerdict[],
  message: string,
  { tally, mode }: ReviewContext,
  now: Date,
): void {
  const { group, kind } = request.kind;
  const about = {
    operation: request.operation,
    namespace: request.namespace,
    kind: group === '' ? kind : `${kind}.${group}`,
    name: request.name || generatedName(request.object),
    user: request.userInfo.username,
    message,
    mode,
  };
  const refused = verdicts.filter(({ outcome }) => outcome === 'refused');
  if (refused.length === 0) tally.note({ ...about, verdict: null }, now);
  for (const verdict of refused.slice(0, 10)) tally.note({ ...about, verdict }, now);
}

/** Controllers leave the end of a pod's name to the API server: its beginning says whose it is. */
function generatedName(object: unknown): string {
  const metadata = (object as { metadata?: { name?: unknown; generateName?: unknown } } | null)?.metadata;
  const name = metadata?.name ?? metadata?.generateName;
  return typeof name === 'string' ? name : '';
}
