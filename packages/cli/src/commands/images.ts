/** `pharos images`: what a digest names. */
import { type Client, Digest, type Image, isFiles, placesByRegistry } from '@pharos/contract';
import { Command } from 'commander';
import { type CommonOptions, clientAction, clientCommand, examples, type Shell } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { CliError } from '../failure.ts';
import { minute, size, state } from '../format.ts';
import type { Output } from '../output.ts';
import { vulnerabilityReportsCommand } from './vulnerability-reports.ts';

export function imagesCommand(shell: Shell): Command {
  return new Command('images')
    .summary('look at an image by its digest')
    .description('Images: what a digest names, for ever.')
    .addCommand(get(shell))
    .addCommand(vulnerabilityReportsCommand(shell));
}

function get(shell: Shell): Command {
  const command = clientCommand('get', 'show an image')
    .alias('show')
    .argument('<digest>', 'digest, or its beginning')
    .option('--read', 'let an agent read platform sizes, configuration and an attached SBOM first');
  return examples(command, 'images get sha256:3a7c…', 'images get 3a7c91d20b44 --read').action(
    clientAction<CommonOptions & { read?: boolean }>(shell, async ({ client, out }, [text], options) => {
      const digest = await findDigest(client, text!);
      if (options.read) out.progress('Reading the image …');
      const image = await client(options.read ? 'readImage' : 'getImage', { params: { digest } }).finally(() =>
        out.progress(null),
      );
      out.one(image, image.digest, (body) => show(out, body));
      const told = 'packagesMessage' in image ? (image.packagesMessage as string | null) : null;
      if (told !== null) out.warn(told);
    }),
  );
}

/** @throws CliError `digest-invalid`, `digest-ambiguous`, `not-found`. */
export async function findDigest(client: Client, text: string): Promise<string> {
  if (Digest.safeParse(text).success) return text;
  if (!/^(sha(256|512):)?[0-9a-f]{6,128}$/.test(text)) {
    throw new CliError(
      'digest-invalid',
      `"${text}" is not a digest.`,
      'Give sha256: and at least six hex digits, as "pharos tags list" shows.',
    );
  }
  const q = text.includes(':') ? text : `sha256:${text}`;
  const { items } = await client('listTags', { query: { q, presence: 'all', limit: 1000 } });
  const found = [...new Set(items.map((tag) => tag.digest).filter((digest) => digest.startsWith(q)))];
  const [only, second] = found;
  if (only && !second) return only;
  if (only) {
    throw new CliError('digest-ambiguous', `${found.length} digests begin so.`, 'Give more digits.');
  }
  throw new CliError('not-found', `No tag points to a digest that begins with ${q}.`, 'Give the whole digest.', {
    exitCode: EXIT.notFound,
  });
}

/** One image, all its places: by registry, for the same digest may stand in several. */
function showPlaces(out: Output, image: Image): void {
  for (const { registry, host, locationId, tags } of placesByRegistry(image.tags)) {
    out.heading(out.style({ text: `In ${registry}, location ${locationId}` }));
    if (isFiles(host)) out.line(out.style({ text: `${host} (files)` }));
    const prefix = isFiles(host) ? '' : `${host}/`;
    for (const { repository, name } of tags) out.line(out.style({ text: `${prefix}${repository}:${name}` }));
  }
}

function packagesText({ packages }: Image): string | null {
  if (packages === null) return null;
  const { count, format, attested, truncated } = packages;
  return `${truncated ? 'more than ' : ''}${count}, by an ${attested ? 'attested ' : ''}SBOM (${format})`;
}

function show(out: Output, image: Image): void {
  const { facts } = image;
  const model = facts.model && [facts.model.publisher, facts.model.name, facts.model.version].filter(Boolean).join(' ');
  out.fields([
    ['digest', image.digest],
    ['media type', image.mediaType],
    ['artifact', image.artifactType],
    ['kind', [image.kind, facts.subkind, facts.engine].filter(Boolean).join(', ')],
    ['version', facts.version?.raw ?? null],
    ['model', model],
    ['os', facts.os],
    ['base image', facts.baseImage],
    ['features', facts.features.join(', ')],
    ['size', size(image.size)],
    ['state', state(image.state)],
    ['created', [minute(facts.createdAt), facts.createdSource && `(${facts.createdSource})`].filter(Boolean).join(' ')],
    ['first seen', minute(image.firstSeenAt)],
    ['user', facts.uid],
    ['declared kind', facts.declaredKind],
    ['parameters', facts.model?.parameters ?? null],
    ['precision', facts.model?.precision ?? null],
    ['licence', facts.model?.licence ?? null],
    ['context', facts.model?.contextLength ?? null],
    ['packages', packagesText(image)],
  ]);
  const told = Object.entries(facts.sources).map(([fact, source]) => ({ fact, source }));
  if (told.length > 0) {
    out.heading('Where it is known from');
    out.table(
      [
        { head: 'FACT', cell: (row) => row.fact },
        { head: 'SOURCE', cell: (row) => row.source },
        { head: 'CONFIDENCE', cell: (row) => facts.confidence[row.fact] ?? null },
      ],
      told,
    );
  }
  showPlaces(out, image);
  if (image.platforms.length > 0) {
    out.heading('Platforms');
    out.table(
      [
        { head: 'PLATFORM', cell: (row) => [row.os, row.architecture, row.variant].filter(Boolean).join('/') },
        { head: 'DIGEST', cell: (row) => row.digest },
        { head: 'SIZE', cell: (row) => size(row.size), align: 'right' },
      ],
      image.platforms,
    );
  }
  if (facts.extensions.length > 0) {
    out.heading('Extensions');
    out.line(
      out.style({ text: facts.extensions.map((one) => [one.name, one.version].filter(Boolean).join(' ')).join(', ') }),
    );
  }
  if (image.referrers.length > 0) {
    out.heading('Attached');
    out.table(
      [
        { head: 'TYPE', cell: (row) => row.artifactType },
        { head: 'FOUND BY', cell: (row) => row.source },
        { head: 'DIGEST', cell: (row) => row.digest },
      ],
      image.referrers,
    );
  }
  for (const finding of facts.findings) out.warn([finding.message, finding.hint].filter(Boolean).join(' '));
}
