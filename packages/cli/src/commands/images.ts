/** `pharos images`: what a digest names. */
import { type Image, isFiles, placesByRegistry } from '@pharos/contract';
import { Command } from 'commander';
import { type CommonOptions, clientAction, clientCommand, examples, type Shell } from '../command.ts';
import { minute, size, state } from '../format.ts';
import { findImage } from '../image-reference.ts';
import type { Output } from '../output.ts';
import { vulnerabilityReportsCommand } from './vulnerability-reports.ts';

export function imagesCommand(shell: Shell): Command {
  return new Command('images')
    .summary('look at an image')
    .description('Images: what a digest names, for ever.')
    .addCommand(get(shell))
    .addCommand(vulnerabilityReportsCommand(shell));
}

interface ImageOptions extends CommonOptions {
  registry?: string;
  read?: boolean;
}

function get(shell: Shell): Command {
  const command = clientCommand('get', 'show an image')
    .alias('show')
    .argument('<image>', 'REPOSITORY:TAG, or a digest or its beginning')
    .option('--registry <REGISTRY>', 'where several registries have this repository')
    .option('--read', 'let an agent read platform sizes, configuration and an attached SBOM first');
  return examples(command, 'images get postgresql:17.4', 'images get 3a7c91d20b44 --read').action(
    clientAction<ImageOptions>(shell, async ({ client, out }, [text], options) => {
      const digest = await findImage(client, text!, options.registry);
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
