/**
 * What runs inside the container. Images differ in how they start: the official one has an entrypoint that begins as root,
 * those of CloudNativePG and EDB have none, because an operator starts them. They all hold initdb and postgres, so this finds
 * these and starts them as the image's own user. Only builtins of sh: minimal images have little else.
 *
 * In a network of its own a client comes from the address of the bridge, which initdb's pg_hba.conf does not let in; the port is
 * published on loopback alone, and the password is asked for.
 */
export const START_SCRIPT = `set -eu
bin=
for folder in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/edb/*/bin /usr/lib/edb*/bin /usr/local/bin /usr/bin; do
  if [ -x "$folder/initdb" ]; then bin=$folder; fi
done
if [ -z "$bin" ]; then echo "PHAROS: the image holds no initdb" >&2; exit 64; fi
data=/tmp/pharos-local
if [ ! -f "$data/PG_VERSION" ]; then
  umask 077
  printf '%s' "$PHAROS_PASSWORD" > /tmp/pharos-password
  "$bin/initdb" -D "$data" -U "$PHAROS_USER" --encoding=UTF8 --locale=C --auth-host=scram-sha-256 --auth-local=scram-sha-256 --pwfile=/tmp/pharos-password
  : > /tmp/pharos-password
  if [ "$PHAROS_LISTEN" != 127.0.0.1 ]; then echo 'host all all all scram-sha-256' >> "$data/pg_hba.conf"; fi
fi
server=postgres
if [ -x "$bin/edb-postgres" ]; then server=edb-postgres; fi
exec "$bin/$server" -D "$data" -p "$PHAROS_PORT" -c "listen_addresses=$PHAROS_LISTEN" -c unix_socket_directories=/tmp
`;
