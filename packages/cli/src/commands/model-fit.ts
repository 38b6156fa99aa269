/** `pharos models fit`, and the GPUs that a deployment takes when nobody names a number. */
import type { Client, ModelFit, ProfileFit, ServingGpu } from '@pharos/contract';
import type { Command } from 'commander';
import { type CommonOptions, clientAction, clientCommand, examples, type Shell } from '../command.ts';
import { CliError } from '../failure.ts';
import { findImage } from '../image-reference.ts';
import type { Column, Output } from '../output.ts';
import { findModel } from '../resolve.ts';

/** As asked for; else the smallest profile of the model that fits the nodes, or may, with a word about those that do not. */
export async function gpuOf(
  client: Client,
  out: Output,
  name: string,
  image: string,
  options: { readonly gpus?: number; readonly nodeLabel?: string[]; readonly location: string },
) {
  const nodeSelector = options.nodeLabel === undefined ? {} : { nodeSelector: labelsOf(options.nodeLabel) };
  if (options.gpus !== undefined) return { count: options.gpus, ...nodeSelector };
  const { id } = await findModel(client, name);
  const fit = await client('getModelFit', { params: { id }, query: { location: options.location, image } });
  for (const { profile, fits, message } of fit.profiles)
    if (fits === 'no') out.note(`not ${profile.gpu} × ${profile.count}: ${message}.`);
  if (fit.message !== '') out.note(fit.message);
  return { ...gpuOfFit(fit), ...nodeSelector };
}

function gpuOfFit({ profiles, chosen, gpus }: ModelFit): ServingGpu {
  const profile = chosen === null ? undefined : profiles[chosen]?.profile;
  if (profile === undefined) return { count: gpus };
  const { gpu: product, count, tensorParallelism: tp, pipelineParallelism: pp } = profile;
  const isSplit = (tp ?? 1) * (pp ?? 1) === count && (tp !== null || pp !== null);
  return {
    count,
    ...(product.toLowerCase() === 'any' ? {} : { product }),
    ...(isSplit ? { tensorParallelism: tp ?? 1, pipelineParallelism: pp ?? 1 } : {}),
  };
}

/** @throws CliError `invalid-label` */
function labelsOf(texts: readonly string[]): Record<string, string> {
  const pairs = texts.map((text) => {
    const at = text.indexOf('=');
    if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
    throw new CliError('invalid-label', `"${text}" is no label of a node.`, 'Write it like pool=h100.');
  });
  return Object.fromEntries(pairs);
}

const FITS: Column<ProfileFit>[] = [
  { head: 'GPU', cell: (row) => row.profile.gpu, max: 40 },
  { head: 'COUNT', cell: (row) => row.profile.count, align: 'right' },
  {
    head: 'MEMORY',
    cell: (row) => (row.profile.memoryGiB === null ? null : `${row.profile.memoryGiB} GiB`),
    align: 'right',
  },
  { head: 'PRECISION', cell: (row) => row.profile.precision },
  { head: 'FITS', cell: (row) => row.fits },
  { head: 'WHY', cell: (row) => row.message, max: 100 },
];

export function fitCommand(shell: Shell): Command {
  const command = clientCommand('fit', 'tell which profiles of a model fit the nodes of a location')
    .argument('<model>', 'name, publisher/name or id')
    .requiredOption('--location <ID>', 'where it shall run')
    .option('--image <IMAGE>', 'its platforms count too: REPOSITORY:TAG or a digest');
  return examples(command, 'models fit llama-3.1-8b-instruct --location eu-west').action(
    clientAction<CommonOptions & { location: string; image?: string }>(
      shell,
      async ({ client, out }, [name], options) => {
        const { location } = options;
        const image = options.image === undefined ? undefined : await findImage(client, options.image);
        const { id } = await findModel(client, name!);
        const answer = await client('getModelFit', { params: { id }, query: { location, image } });
        const listed = { items: answer.profiles, next: null, total: answer.profiles.length };
        if (answer.profiles.length === 0) out.one(answer, '', () => out.line(out.style({ text: answer.message })));
        else {
          out.list({ ...answer, ...listed }, (row) => `${row.profile.gpu} ${row.profile.count}`, FITS, '');
          if (answer.message !== '') out.note(answer.message);
        }
      },
    ),
  );
}
