#!/bin/sh
# Makes what `docker compose up` needs beside the compose file: .env and the secrets. Run it again
# after a token was written: it changes nothing but COMPOSE_PROFILES in .env.
set -eu

cd "$(dirname "$0")"
mkdir -p secrets files
chmod 700 secrets
for user in front worker admin watch; do
    file=secrets/redis_$user
    [ -s "$file" ] || od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"$file"
done
for token in discord_token telegram_token; do
    [ -e "secrets/$token" ] || : >"secrets/$token"
done
# The containers' user must be able to read them; nobody else gets into the folder.
chmod 644 secrets/*
[ -e .env ] || cp .env.example .env

value() { sed -n "s/^$1=//p" .env | tail -n 1; }
profiles=cpu
if command -v nvidia-smi >/dev/null && nvidia-smi >/dev/null 2>&1; then
    profiles=cuda
fi
if [ -s secrets/discord_token ] || [ -n "$(value DISCORD_TOKEN)" ]; then
    profiles=$profiles,discord
fi
if [ -s secrets/telegram_token ] || [ -n "$(value TELEGRAM_TOKEN)" ]; then
    profiles=$profiles,telegram
fi
case ",$(value COMPOSE_PROFILES)," in
    *,metrics,*) profiles=$profiles,metrics ;;
esac
sed "s/^COMPOSE_PROFILES=.*/COMPOSE_PROFILES=$profiles/" .env >.env.new
cat .env.new >.env
rm .env.new
echo "Starts redis, web and $profiles: docker compose up -d"
