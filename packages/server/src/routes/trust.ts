import { randomUUID } from 'node:crypto';
import type { Image, ImageVulnerabilityReport, TrustInput } from '@pharos/contract';
import { type PolicyEvidence, signedReport, summariseVerification } from '@pharos/library';
import type { Context } from '../context.ts';
import { found, ProblemError } from '../problem.ts';
import type { Handlers } from '../route.ts';
import { readTrust, type TrustText } from '../verification/trust.ts';
import { TrustError } from '../verification/trust-error.ts';

type Names =
  | 'listTrust'
  | 'createTrust'
  | 'checkTrust'
  | 'listTrustChanges'
  | 'getTrust'
  | 'updateTrust'
  | 'deleteTrust'
  | 'getImageVerification'
  | 'listImageVulnerabilityReports';

/** Whose signatures count, and what was verified. A change is written down with who made it, and stored evidence is verified again. */
export function trustHandlers(context: Context): Pick<Handlers, Names> {
  const { store, now } = context;
  const get = async (id: string) => found(await store.trust.get(id, now()), 'The trust entry');

  return {
    listTrust: ({ query }) => store.trust.list(query, now()),
    getTrust: ({ params }) => get(params.id),
    listTrustChanges: ({ query }) => store.trust.changes(query),
    createTrust: async ({ body, principal }) => {
      const { keys } = usable(body);
      const input: TrustInput = { ...body, key: body.key?.trim() ?? null };
      const entry = await store.trust.create({ ...input, id: randomUUID(), keys: [...keys] }, principal!, now());
      context.verifications.again();
      return entry;
    },
    checkTrust: async ({ body, signal }) => {
      usable(body);
      return context.verifications.tryOut(body, signal);
    },
    updateTrust: async ({ params, body, principal }) => {
      const before = found(await store.trust.stored(params.id), 'The trust entry');
      usable({ ...before, ...defined(body) });
      const entry = found(await store.trust.update(params.id, body, principal!, now()), 'The trust entry');
      context.verifications.again();
      return entry;
    },
    deleteTrust: async ({ params, principal }) => {
      found((await store.trust.remove(params.id, principal!, now())) || null, 'The trust entry');
      context.verifications.again();
      return undefined;
    },
    getImageVerification: async ({ params: { digest }, query: { repositoryId } }) => {
      const image: Image = found(await store.images.get(digest, now()), 'The image');
      const { platforms, referrers } = image;
      const subjects = [...new Set([digest, ...platforms.map((platform) => platform.digest)])];
      const evidence = await store.evidence.ofSubjects(subjects, repositoryId);
      const summary = summariseVerification({ digest, platforms, evidence, referrers, now: now() });
      return { digest, ...summary, evidence };
    },
    listImageVulnerabilityReports: async ({ params: { digest } }) => {
      found(await store.images.get(digest, now()), 'The image');
      const [facts] = await store.policies.facts([digest], now());
      const signed = (facts?.evidence ?? []).flatMap((each) => shownOf(each, now()) ?? []);
      const reports = [...signed, ...(await store.reports.ofImage(digest))];
      const at = ({ scannedAt }: ImageVulnerabilityReport) => scannedAt ?? '';
      return { digest, reports: reports.toSorted((a, b) => (at(a) < at(b) ? 1 : -1)).slice(0, 100) };
    },
  };
}

function shownOf(evidence: PolicyEvidence, now: Date): ImageVulnerabilityReport | null {
  const report = signedReport(evidence, now);
  if (report === null) return null;
  const { scanner, scannedAt, counts } = report;
  const nowhere = { problem: null, repositoryId: null, repository: null, fetchedAt: null };
  return { source: 'signed', trust: evidence.trust, scanner, scannedAt, counts, ...nowhere };
}

function usable(input: TrustText): ReturnType<typeof readTrust> {
  try {
    return readTrust(input);
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    throw new ProblemError('invalid-input', error.message, { hint: error.hint });
  }
}

/** What a patch leaves out stays. */
function defined<T extends object>(patch: T): { [K in keyof T]-?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as never;
}
