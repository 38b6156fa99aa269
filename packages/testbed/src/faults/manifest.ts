import { type Answer, ociError, text } from '../answer.ts';
import type { Fault, FaultContext } from '../fault.ts';
import { describe, digestOf, MEDIA_TYPES, type Stored } from '../image.ts';

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

function isChild({ content, call }: FaultContext): boolean {
  for (const { mediaType, bytes } of content.manifests(call.repo)) {
    if (/index|manifest\.list/.test(mediaType) && bytes.includes(call.reference)) return true;
  }
  return false;
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
  'redirect-foreign': {
    line: 'blobs are redirected (307) to another origin, which has them',
    on: ['blob'],
    apply: ({ call, foreignOrigin }) => ({
      status: 307,
      headers: { Location: `${foreignOrigin}${call.url.pathname}` },
      body: Buffer.alloc(0),
    }),
  },
} as const satisfies Record<string, Fault>;
