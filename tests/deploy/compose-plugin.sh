#!/bin/sh
# Puts Compose 2 into the folder's cli-plugins, where Docker's client has none: Debian 12 packages
# only Compose 1, so it is taken from Debian 13, with lists of its own beside the machine's.
set -eu

folder=$1
export DOCKER_CONFIG="$folder"
docker compose version >/dev/null 2>&1 && exit 0

mkdir -p "$folder/cli-plugins" "$folder/apt/lists/partial" "$folder/apt/unpacked"
cd "$folder/apt"
keys=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb [signed-by=$keys] http://deb.debian.org/debian trixie main" >sources.list
apt() {
    apt-get -qq -o Dir::Etc::sourcelist="$folder/apt/sources.list" -o Dir::Etc::sourceparts=- \
        -o Dir::State::lists="$folder/apt/lists" -o APT::Sandbox::User=root "$@"
}
apt update
apt download docker-compose
dpkg-deb --extract docker-compose_*.deb unpacked
cp unpacked/usr/libexec/docker/cli-plugins/docker-compose "$folder/cli-plugins/"
rm -r "$folder/apt"
docker compose version >/dev/null
