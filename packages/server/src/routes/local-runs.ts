import { isFiles } from '@pharos/contract';
import { requireApproved } from '../clusters/approved.ts';
import type { Context } from '../context.ts';
import { found, ProblemError } from '../problem.ts';
import type { Handlers } from '../route.ts';

type Names = 'listLocalRuns' | 'startLocalRun' | 'stopLocalRun' | 'removeLocalRun';

/** Databases on the machine of `pharos up`. */
export function localRunHandlers(context: Context): Pick<Handlers, Names> {
  const { store, now, localRuns, events } = context;
  return {
    listLocalRuns: () => localRuns.list(),
    startLocalRun: async ({ body: { repositoryId, tag: name, digest, hostNetwork } }) => {
      const tag = found(await store.tags.get(repositoryId, name, now()), 'The tag');
      if (tag.digest !== digest) {
        throw new ProblemError('conflict', `The tag ${name} names another image by now.`, {
          hint: 'Load the page again.',
        });
      }
      await requireApproved(context, [digest]);
      if (tag.kind !== 'postgres' || isFiles(tag.host) || tag.presence === 'retired') {
        const why =
          tag.kind !== 'postgres' ? 'is no PostgreSQL image' : 'stands in no registry that an engine pulls from';
        throw new ProblemError('local-run-failed', `${name} ${why}.`, {
          hint: 'Choose a database image of a registry.',
        });
      }
      const registry = found(await store.registries.get(tag.registryId), 'The registry');
      const started = await localRuns.start({
        repository: `${tag.host}/${tag.repository}`,
        digest,
        name: containerName(tag.repository, digest),
        user: tag.engine === 'epas' ? 'enterprisedb' : 'postgres',
        plainHttp: registry.tls.plainHttp,
        hostNetwork,
      });
      events.emit({ type: 'image', digest });
      return started;
    },
    stopLocalRun: async ({ params }) => {
      await localRuns.stop(params.name);
      return undefined;
    },
    removeLocalRun: async ({ params }) => {
      await localRuns.remove(params.name);
      return undefined;
    },
  };
}

/** One for each image: another build of a repository runs beside it. */
function containerName(repository: string, digest: string): string {
  const last = repository.slice(repository.lastIndexOf('/') + 1).replace(/[^a-z0-9]+/g, '-');
  return `pharos-${last.slice(0, 40)}-${digest.slice('sha256:'.length, 'sha256:'.length + 8)}`;
}
