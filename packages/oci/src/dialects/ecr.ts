/** Amazon ECR: DescribeImages tells 1,000 digests with their tags and push times in one request, to an identity of AWS. */
import type { TagDetail } from '../abilities.ts';
import { PageGuard } from '../api.ts';
import { isDigest } from '../digest.ts';
import type { RegistryError } from '../errors.ts';
import { isRepositoryName, isTagName } from '../reference.ts';
import type { Session } from '../session.ts';
import { awsOf } from '../sign-in/aws.ts';
import { awsApiError } from '../sign-in/aws-error.ts';
import type { Dialect } from './dialect.ts';

/** More is refused, here and with 405 on `tags/list` (go-containerregistry#681). */
const PAGE = 1000;

export const ecr: Dialect = {
  provider: 'ecr',
  product: 'Amazon ECR',
  pageSize: { tags: PAGE, catalog: PAGE },
  async *describeTags(session, { full }, { signal }) {
    const subject = `the tags of ${full}`;
    const { client, sdk, registryId } = await awsOf(session.signIn);
    const guard = new PageGuard(session, subject);
    let nextToken: string | undefined;
    do {
      const command = new sdk.DescribeImagesCommand({
        registryId,
        repositoryName: full,
        maxResults: PAGE,
        nextToken,
        filter: { tagStatus: 'TAGGED' },
      });
      const page = await client.send(command, options(signal)).catch((error: unknown) => {
        throw awsApiError(error, subject);
      });
      // One row a digest, with all its tags.
      const rows = page.imageDetails ?? [];
      guard.take(rows.map((row) => row.imageDigest));
      const details = rows.flatMap(({ imageDigest, imageTags, imagePushedAt }): TagDetail[] => {
        const digest = isDigest(imageDigest) ? imageDigest : null;
        const pushedAt = imagePushedAt?.toISOString() ?? null;
        return (imageTags ?? []).filter(isTagName).map((name) => ({ name, digest, pushedAt, isLocked: null }));
      });
      if (details.length > 0) yield details;
      nextToken = page.nextToken;
      if (nextToken !== undefined) guard.next(nextToken);
    } while (nextToken !== undefined);
  },
  async *listRepositories(session, { signal }) {
    yield* repositoriesOf(session, signal);
  },
  advise({ id, code }) {
    if (id === 'bulk' || id === 'catalog') {
      return {
        cause:
          'ECR’s API is open to an identity of AWS that may describe images; a password of GetAuthorizationToken is not one.',
        cure: 'Use the sign-in “AWS identity” (type ecr) and grant ecr:DescribeImages and ecr:DescribeRepositories (AmazonEC2ContainerRegistryReadOnly has both); or leave it: every tag is asked for.',
      };
    }
    if (id === 'sign-in' && code === 'forbidden') {
      return {
        cause: 'The authorization token has expired after its twelve hours, or the identity may not use this registry.',
        cure: 'Use the sign-in “AWS identity”, which renews itself, and grant AmazonEC2ContainerRegistryReadOnly; for another account’s registry its repository policy must name the role too.',
      };
    }
    if (id === 'sign-in') {
      return {
        cause: 'AWS does not accept these keys, or the pod’s role is not set up for ECR.',
        cure: 'Grant ecr:GetAuthorizationToken, ecr:BatchGetImage and ecr:GetDownloadUrlForLayer (AmazonEC2ContainerRegistryReadOnly), and check the trust for pods.eks.amazonaws.com (Pod Identity) or the OIDC provider (IRSA).',
      };
    }
    if (id === 'tags' || id === 'manifest') {
      return {
        cause: 'The identity may not read this repository, or it does not exist in this region and account.',
        cure: 'Grant ecr:ListImages, ecr:BatchGetImage and ecr:GetDownloadUrlForLayer on the repository, and check account and region in the address.',
      };
    }
    return null;
  },
};

async function* repositoriesOf(
  session: Session,
  signal: AbortSignal | undefined,
): AsyncGenerator<string[], void, undefined> {
  const subject = 'the list of repositories';
  const { client, sdk, registryId } = await awsOf(session.signIn);
  const guard = new PageGuard(session, subject);
  let nextToken: string | undefined;
  do {
    const command = new sdk.DescribeRepositoriesCommand({ registryId, maxResults: PAGE, nextToken });
    const page = await client.send(command, options(signal)).catch((error: unknown): never => {
      throw awsApiError(error, subject) as RegistryError;
    });
    const names = (page.repositories ?? []).map((row) => row.repositoryName).filter(isRepositoryName);
    guard.take(names);
    if (names.length > 0) yield names;
    nextToken = page.nextToken;
    if (nextToken !== undefined) guard.next(nextToken);
  } while (nextToken !== undefined);
}

function options(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}
