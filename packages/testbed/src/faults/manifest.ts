import { type Answer, ociError, text } from '../answer.ts';
import type { Fault, FaultContext } from '../fault.ts';
import { describe, digestOf, isIndex, MEDIA_TYPES, type Stored } from '../image.ts';

/** A fault that changes a good manifest; other answers (404, 304) pass. */
function onManifest(line: string, apply: (good: Answer, context: FaultContext) => Answer): Fault {
  return {
    line,
    on: ['manifest'],
    apply: (context) => {
      const good = context.good();
      return good.status === 200 ? apply(good, context) : good;
    },
  };
}

/** Serves a manifest that exists under its own, honest digest, so that it can be read by digest as well. */
function serve({ content, call }: FaultContext, mediaType: string, manifest: object): Answer {
  const digest = content.addManifest(call.repo, mediaType, manifest);
  const { bytes } = content.manifest(call.repo, digest) as Stored;
  return { status: 200, headers: { 'Content-Type': mediaType, 'Docker-Content-Digest': digest }, body: bytes };
}

const byDigest = ({ call }: FaultContext) => call.reference.includes(':');

function without(good: Answer, name: string): Answer {
  return { ...good, headers: Object.fromEntries(Object.entries(good.headers).filter(([key]) => key !== name)) };
}

function nestedIndex(good: Answer, context: FaultContext): Answer {
  if (byDigest(context)) return good;
  const { content, call, options } = context;
  let child = content.manifest(call.repo, content.resolve(call.repo, call.reference) ?? '') as Stored;
  let answer = good;
  for (let level = 0; level < (options.depth ?? 6); level += 1) {
    const index = { schemaVersion: 2, mediaType: MEDIA_TYPES.oci.index, manifests: [describe(child)] };
    answer = serve(context, MEDIA_TYPES.oci.index, index);
    child = { digest: digestOf(answer.body), mediaType: MEDIA_TYPES.oci.index, bytes: answer.body };
  }
  return answer;
}

function oddIndex(context: FaultContext): Answer {
  const { content, call } = context;
  const child = content.manifest(call.repo, content.resolve(call.repo, call.reference) ?? '') as Stored;
  const type = MEDIA_TYPES.oci.manifest;
  const manifests = [
    describe(child),
    { mediaType: type, digest: digestOf('an artifact'), size: 7, artifactType: 'application/vnd.example.sbom' },
    { mediaType: type, digest: digestOf('not there'), size: 9, platform: { os: 'linux', architecture: 's390x' } },
  ];
  return serve(context, MEDIA_TYPES.oci.index, { schemaVersion: 2, mediaType: MEDIA_TYPES.oci.index, manifests });
}

function isChild({ content, call }: FaultContext): boolean {
  for (const stored of content.manifests(call.repo)) {
    if (isIndex(stored) && stored.bytes.includes(call.reference)) return true;
  }
  return false;
}

function redirect(line: string, to: (context: FaultContext) => string): Fault {
  return {
    line,
    on: ['blob'],
    apply: (context) => ({ status: 307, headers: { Location: to(context) }, body: Buffer.alloc(0) }),
  };
}

/** Faults of manifests and blobs. */
export const MANIFEST = {
  'no-digest-header': onManifest('manifests come without Docker-Content-Digest and ETag', (good) =>
    without(without(good, 'Docker-Content-Digest'), 'ETag'),
  ),
  'wrong-digest-header': onManifest('Docker-Content-Digest names another digest; the body is right', (good) => ({
    ...good,
    headers: { ...good.headers, 'Docker-Content-Digest': digestOf('another') },
  })),
  'wrong-body': onManifest('the body is one byte longer than what its digest names; the header is right', (good) => ({
    ...good,
    body: Buffer.concat([good.body, Buffer.from(' ')]),
  })),
  'head-length': onManifest('HEAD tells another Content-Length than GET', (good, { call }) =>
    call.method === 'HEAD' ? { ...good, body: Buffer.concat([good.body, good.body]) } : good,
  ),
  'media-type-parameter': onManifest('Content-Type has a parameter', (good) => ({
    ...good,
    headers: { ...good.headers, 'Content-Type': `${good.headers['Content-Type']}; charset=utf-8` },
  })),
  'accept-converts': {
    line: 'an index that Accept does not name is answered with its first child, digest header and all',
    on: ['manifest'],
    apply: (context) => {
      const { call, content, good } = context;
      const stored = content.manifest(call.repo, content.resolve(call.repo, call.reference) ?? '');
      const accept = call.headers.accept ?? '';
      if (!stored || accept.includes(stored.mediaType) || !isIndex(stored)) return good();
      const [first] = JSON.parse(stored.bytes.toString()).manifests as { digest: string }[];
      const child = content.manifest(call.repo, first?.digest ?? '');
      return child ? serve(context, child.mediaType, JSON.parse(child.bytes.toString())) : good();
    },
  },
  'index-odd': onManifest(
    'a tag answers with an index of the image without platform, an artifact and a child that is not there',
    (good, context) => (byDigest(context) ? good : oddIndex(context)),
  ),
  'index-empty': onManifest('a tag answers with an index of nothing', (good, context) =>
    byDigest(context)
      ? good
      : serve(context, MEDIA_TYPES.oci.index, { schemaVersion: 2, mediaType: MEDIA_TYPES.oci.index, manifests: [] }),
  ),
  'policy-412': {
    line: 'manifests answer 412 PROJECTPOLICYVIOLATION: they are there and may not be read, as at Harbor',
    on: ['manifest'],
    apply: () =>
      ociError(412, 'PROJECTPOLICYVIOLATION', 'current image without vulnerability scanning cannot be pulled'),
  },
  'head-unsupported': {
    line: 'HEAD is refused with 405, for manifests and blobs',
    on: ['manifest', 'blob'],
    apply: ({ call, good }) =>
      call.method === 'HEAD' ? ociError(405, 'UNSUPPORTED', 'HEAD is not supported') : good(),
  },
  schema1: onManifest('a tag answers with a converted schema 1 manifest', (good, context) =>
    byDigest(context)
      ? good
      : serve(context, 'application/vnd.docker.distribution.manifest.v1+prettyjws', {
          schemaVersion: 1,
          name: context.call.repo,
          tag: context.call.reference,
          architecture: 'amd64',
          fsLayers: [{ blobSum: digestOf('layer') }],
          history: [{ v1Compatibility: '{"id":"0","os":"linux","architecture":"amd64"}' }],
          signatures: [],
        }),
  ),
  'manifest-html': onManifest('a manifest is 200 with an HTML page', () =>
    text(200, '<!doctype html><title>Proxy</title><h1>Please wait</h1>', 'text/html; charset=utf-8'),
  ),
  'manifest-truncated': onManifest('the JSON of a manifest ends half way, in a complete HTTP answer', (good) => ({
    ...good,
    body: good.body.subarray(0, good.body.length >> 1),
  })),
  'manifest-huge': onManifest(
    'a manifest is followed by `bytes` (200 MiB) of white space, streamed',
    (good, context) => ({
      ...good,
      padBytes: context.options.bytes ?? 200 * 1024 * 1024,
    }),
  ),
  'manifest-deep': onManifest('a manifest has `depth` (100,000) arrays inside one another', (good, context) => {
    const { depth = 100_000 } = context.options;
    const deep = `,"annotations":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    return { ...good, body: Buffer.concat([good.body.subarray(0, -1), Buffer.from(deep)]) };
  }),
  'manifest-ambiguous': onManifest(
    'a tag answers with a manifest that is an index too (CVE-2021-41190)',
    (good, context) =>
      byDigest(context)
        ? good
        : serve(context, MEDIA_TYPES.oci.manifest, {
            schemaVersion: 2,
            config: { mediaType: MEDIA_TYPES.oci.config, digest: digestOf('config'), size: 6 },
            layers: [],
            ...JSON.parse(good.body.toString()),
            manifests: [{ mediaType: MEDIA_TYPES.oci.manifest, digest: digestOf('child'), size: 5 }],
            mediaType: MEDIA_TYPES.oci.manifest,
          }),
  ),
  'nested-index': onManifest('a tag is an index of an index … `depth` (6) deep around the image', nestedIndex),
  'missing-child': {
    line: 'what an index names is not there: 404 MANIFEST_UNKNOWN',
    on: ['manifest'],
    apply: (context) =>
      byDigest(context) && isChild(context) ? ociError(404, 'MANIFEST_UNKNOWN', 'manifest unknown') : context.good(),
  },
  'manifest-unknown': {
    line: 'a tag (option `tag`) in the list answers 404 MANIFEST_UNKNOWN',
    on: ['manifest'],
    apply: () => ociError(404, 'MANIFEST_UNKNOWN', 'manifest unknown'),
  },
  'redirect-foreign': redirect(
    'blobs are redirected (307) to another origin, which has them',
    ({ foreignOrigin, call }) => `${foreignOrigin}${call.url.pathname}`,
  ),
  'redirect-metadata': redirect(
    'blobs are redirected (307) to a cloud’s metadata address',
    () => 'http://169.254.169.254/latest/meta-data/',
  ),
  'redirect-loop': redirect('blobs are redirected (307) to themselves', ({ call }) => call.url.pathname),
} as const satisfies Record<string, Fault>;
