import { isFiles, shellWord } from '@pharos/contract';

/** Where an image stands. `tag` names the copy only: what is pulled is the digest. */
export interface PullSource {
  readonly host: string;
  readonly repository: string;
  readonly tag: string | null;
  readonly digest: string;
}

export interface PullCommand {
  readonly tool: 'docker' | 'podman' | 'crictl' | 'skopeo';
  readonly command: string;
}

/** Docker Hub's API answers under other names than its images are pulled by. */
const HUB_HOSTS = new Set(['registry-1.docker.io', 'index.docker.io', 'registry.hub.docker.com']);

/**
 * Commands that pull exactly these bytes. By digest alone: skopeo refuses a reference with both tag and digest. None for
 * files: nothing can pull from them over a network.
 */
export function pullCommands({ host, repository, tag, digest }: PullSource): PullCommand[] {
  if (isFiles(host)) return [];
  const reference = `${pullName(host, repository)}@${digest}`;
  const copy = `${repository.slice(repository.lastIndexOf('/') + 1)}:${tag ?? digest.slice(-12)}`;
  return [
    { tool: 'docker', command: `docker pull ${shellWord(reference)}` },
    { tool: 'podman', command: `podman pull ${shellWord(reference)}` },
    { tool: 'crictl', command: `crictl pull ${shellWord(reference)}` },
    { tool: 'skopeo', command: `skopeo copy ${shellWord(`docker://${reference}`)} ${shellWord(`oci:${copy}`)}` },
  ];
}

/** Registry and repository as a pull names them. */
export function pullName(host: string, repository: string): string {
  return `${HUB_HOSTS.has(host) ? 'docker.io' : host}/${repository}`;
}
