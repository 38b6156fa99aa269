import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type BuiltImage, describe } from '../image.ts';
import type { Credential } from '../sign-in.ts';
import { TestbedError } from '../testbed-error.ts';
import { required } from './available.ts';
import type { CosignKey } from './cosign-key.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** How skopeo reaches the registry. */
export type SkopeoOptions = {
  credential?: Credential;
  /** Holds `ca.crt`; without it the registry is read over plain HTTP. */
  certDir?: string;
};

/** Writes an OCI image layout (image-spec, image-layout.md) with one image under `tag`. Docker's format does not fit it. */
export function writeOciLayout(directory: string, image: BuiltImage, tag: string): void {
  if (image.mediaType.includes('docker')) {
    throw new TestbedError('not-oci', 'An OCI layout holds OCI images only.', 'Push Docker images with seedHttp.');
  }
  const blobs = join(directory, 'blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  for (const { digest, bytes } of [...image.manifests, ...image.blobs]) {
    writeFileSync(join(blobs, digest.slice('sha256:'.length)), bytes);
  }
  writeFileSync(join(directory, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  const entry = { ...describe(image), annotations: { 'org.opencontainers.image.ref.name': tag } };
  writeFileSync(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
}

/**
 * Pushes an image, or the only image of an OCI layout directory, to `host:port/repository:tag` with all its platforms.
 * Throws `skopeo-failed`, or `part-missing` without skopeo.
 */
export async function pushWithSkopeo(
  source: BuiltImage | string,
  destination: string,
  options: SkopeoOptions = {},
): Promise<void> {
  const layout = typeof source === 'string' ? undefined : temporaryDirectory('layout');
  try {
    if (layout) writeOciLayout(layout.path, source as BuiltImage, 'image');
    const from = `oci:${layout ? `${layout.path}:image` : source}`;
    await skopeo('copy', ['--all', '--preserve-digests', from, `docker://${destination}`], 'dest-', options);
  } finally {
    layout?.remove();
  }
}

/** Copies `host:port/repository:tag` with all its platforms into files: `oci-archive:FILE:NAME` or `oci:FOLDER:NAME`. Throws as above. */
export async function copyToFiles(source: string, destination: string, options: SkopeoOptions = {}): Promise<void> {
  await skopeo('copy', ['--all', '--preserve-digests', `docker://${source}`, destination], 'src-', options);
}

/**
 * Signs `host:port/repository:tag` with all its platforms as cosign does it: the signatures are attached under
 * `sha256-<hex>.sig`. Throws as above; Debian 12's skopeo says "sigstore disabled", for it was built without.
 */
export async function signWithSkopeo(reference: string, key: CosignKey, options: SkopeoOptions = {}): Promise<void> {
  const folder = temporaryDirectory('sign');
  try {
    const at = (name: string) => join(folder.path, name);
    writeFileSync(at('cosign.key'), key.privateKey, { mode: 0o600 });
    writeFileSync(at('passphrase'), key.passphrase, { mode: 0o600 });
    mkdirSync(at('registries.d'));
    const host = reference.split('/')[0]!;
    writeFileSync(at('registries.d/all.yaml'), `docker:\n  ${host}:\n    use-sigstore-attachments: true\n`);
    const sign = ['--sign-by-sigstore-private-key', at('cosign.key'), '--sign-passphrase-file', at('passphrase')];
    const both = options.certDir ? [] : ['--src-tls-verify=false'];
    const args = ['--all', '--preserve-digests', ...both, ...sign, `docker://${reference}`, `docker://${reference}`];
    await skopeo('copy', args, 'dest-', options, ['--registries.d', at('registries.d')]);
  } finally {
    folder.remove();
  }
}

/** `skopeo list-tags` and `skopeo inspect --raw`: what another client sees. Returns standard output. */
export function readWithSkopeo(
  command: 'list-tags' | 'inspect',
  reference: string,
  options: SkopeoOptions = {},
): Promise<string> {
  const raw = command === 'inspect' ? ['--raw'] : [];
  return skopeo(command, [...raw, `docker://${reference}`], '', options);
}

async function skopeo(
  command: string,
  args: string[],
  prefix: string,
  options: SkopeoOptions,
  globals: string[] = [],
): Promise<string> {
  const home = temporaryDirectory('skopeo');
  try {
    // An auth file and not --creds: a command line is seen by everyone, and stands in error messages.
    const authFile = join(home.path, 'auth.json');
    const remote = args.find((word) => word.startsWith('docker://')) ?? '';
    writeFileSync(authFile, JSON.stringify(auths(remote, options.credential)), { mode: 0o600 });
    const { certDir } = options;
    const tls = certDir ? [`--${prefix}cert-dir`, certDir] : [`--${prefix}tls-verify=false`];
    const policy = ['--insecure-policy', ...globals];
    const all = [...policy, command, '--authfile', authFile, ...tls, ...args];
    const { stdout } = await promisify(execFile)(required('skopeo'), all, { maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  } catch (cause) {
    if (cause instanceof TestbedError) throw cause;
    const { stderr = '' } = cause as { stderr?: string };
    throw new TestbedError('skopeo-failed', `skopeo ${command} failed.`, stderr.trim().slice(-1000), { cause });
  } finally {
    home.remove();
  }
}

function auths(reference: string, credential: Credential | undefined): object {
  const host = /^docker:\/\/([^/]+)/.exec(reference)?.[1] ?? '';
  if (!credential) return { auths: {} };
  const auth = Buffer.from(`${credential.username}:${credential.password}`).toString('base64');
  return { auths: { [host]: { auth } } };
}
