#!/bin/sh
# Writes the ACL file from users.acl and the secrets, and starts Redis with it. A password leaves
# its secret only as a SHA-256.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
secrets=${REDIS_SECRETS:-/run/secrets}
run=${REDIS_RUN:-/tmp/redis}
# Redis 7.0 does not know the command, and does not start with what it does not know.
case $(redis-server --version) in
    *v=7.0.*) known='s/ +client|setinfo//' ;;
    *) known='' ;;
esac
umask 077
mkdir -p "$run"
: >"$run/users.acl"
while IFS= read -r line; do
    case $line in
        "#"* | "") continue ;;
        "user default "*) printf '%s\n' "$line" >>"$run/users.acl" ;;
        *)
            rest=${line#user }
            name=${rest%% *}
            password=$(tr -d '\r\n' <"$secrets/redis_$name")
            [ -n "$password" ] || { echo "the secret redis_$name is empty: run deploy/prepare.sh" >&2; exit 1; }
            digest=$(printf %s "$password" | sha256sum)
            printf '%s #%s\n' "$line" "${digest%% *}" | sed "$known" >>"$run/users.acl"
            ;;
    esac
done <"$here/users.acl"

set -- "$here/redis.conf" --dir "${REDIS_DATA:-/data}" --aclfile "$run/users.acl" --maxmemory "${REDIS_MEMORY:-512mb}" "$@"
exec redis-server "$@"
