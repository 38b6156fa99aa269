import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { TestbedError } from '../testbed-error.ts';
import { required } from './available.ts';
import type { Containers } from './containers.ts';

/**
 * From the PostgreSQL that is installed here: programs, libraries and a shell, as user 26 like the operands of CloudNativePG. By
 * a tar, because `buildah add` gives everything to root.
 */
const BUILD = `set -eu
container=$(buildah from scratch)
root=$(buildah mount "$container")
major=$(basename "$(dirname "$BIN")")
for file in /bin/sh "$BIN/initdb" "$BIN/postgres" "$BIN/pg_isready" "$(dirname "$BIN")"/lib/*.so; do
  case "$file" in *llvmjit*) ;; *) ldd "$file" 2>/dev/null || true ;; esac
done | grep -o '/[^ ]*\\.so[^ ]*' | sort -u | sed 's,^/,,' > "$root/libraries"
home=\${BIN#/}
home=\${home%/bin}
tar -C / --exclude='*/bitcode' --exclude='*llvmjit*' --exclude='*/bin/pg_d*' -chf - bin/sh "$home/bin/initdb" "$home/bin/postgres" \\
  "$home/bin/pg_isready" "$home/lib" "usr/share/postgresql/$major" usr/share/zoneinfo/UTC $(cat "$root/libraries") |
  tar -xf - -C "$root"
rm "$root/libraries"
mkdir -p "$root/tmp" "$root/etc"
chmod 1777 "$root/tmp"
printf 'root:x:0:0:root:/:/bin/sh\\npostgres:x:26:26:postgres:/tmp:/bin/sh\\n' > "$root/etc/passwd"
buildah config --user 26 --env "PATH=$BIN:/bin" --env "PG_MAJOR=$major" --label "org.opencontainers.image.title=PostgreSQL" \\
  --label "org.opencontainers.image.version=$VERSION" "$container"
buildah commit --quiet "$container" "$DESTINATION" >/dev/null
buildah rm "$container" >/dev/null
buildah push --quiet --tls-verify=false "$DESTINATION" "docker://$DESTINATION"
`;

/**
 * Builds a real PostgreSQL image and pushes it to `host:port/repository:tag` of a registry that is open and read without TLS.
 * Answers the server's version, e.g. `15.18`. Throws `part-missing`, `buildah-failed`.
 */
export async function buildPostgresImage(
  { env }: Containers,
  destination: (version: string) => string,
): Promise<string> {
  const bin = required('postgres');
  required('buildah');
  const { stdout } = await promisify(execFile)(`${bin}/postgres`, ['--version']);
  const version = /\d+\.\d+/.exec(stdout)![0];
  const variables = { BIN: bin, VERSION: version, DESTINATION: destination(version) };
  try {
    await promisify(execFile)('/bin/sh', ['-c', BUILD], { env: { ...process.env, ...env, ...variables } });
  } catch (cause) {
    const { stderr = '' } = cause as { stderr?: string };
    throw new TestbedError('buildah-failed', 'The image could not be built.', stderr.trim().slice(-1000), { cause });
  }
  return version;
}
