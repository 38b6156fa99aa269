import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pullCommands } from './pull.ts';

const digest = `sha256:${'a'.repeat(64)}`;

test('pull commands name the digest, and the tag only for the copy', () => {
  assert.deepEqual(pullCommands({ host: 'r.example:5000', repository: 'k8s/postgresql', tag: '17.4', digest }), [
    { tool: 'docker', command: `docker pull r.example:5000/k8s/postgresql@${digest}` },
    { tool: 'podman', command: `podman pull r.example:5000/k8s/postgresql@${digest}` },
    { tool: 'crictl', command: `crictl pull r.example:5000/k8s/postgresql@${digest}` },
    { tool: 'skopeo', command: `skopeo copy docker://r.example:5000/k8s/postgresql@${digest} oci:postgresql:17.4` },
  ]);
});

test("Docker Hub's images are pulled by its own name", () => {
  const [docker] = pullCommands({ host: 'registry-1.docker.io', repository: 'library/postgres', tag: null, digest });
  assert.equal(docker!.command, `docker pull docker.io/library/postgres@${digest}`);
});

test('what is pasted into a shell is quoted', () => {
  const commands = pullCommands({ host: '[::1]:5000', repository: "a';rm -rf '", tag: null, digest });
  assert.equal(commands[0]!.command, `docker pull '[::1]:5000/a'\\'';rm -rf '\\''@${digest}'`);
});

test('nothing pulls from files', () => {
  assert.deepEqual(
    pullCommands({ host: 'oci-layout:/mnt/images.tar', repository: 'postgresql', tag: '17', digest }),
    [],
  );
});
