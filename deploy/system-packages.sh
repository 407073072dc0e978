#!/bin/sh
# Installs what pip cannot bring: FluidSynth's library, ffmpeg, Redis for the queue's tests, and
# Python's venv where Debian splits it off; with the word "browser" also a Chromium for the page's
# tests, which are left out where there is none; with "docker" what make docker starts an engine
# with. Does nothing where all is there.
set -eu

python=$(sh "$(dirname "$0")/find-python.sh")
asked=$*
missing=""
"$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || {
    echo "midiDraw needs Python 3.11, 3.12 or 3.13: install one of them first." >&2
    exit 1
}
"$python" -c 'from ctypes.util import find_library as f; raise SystemExit(not f("fluidsynth"))' ||
    missing="$missing libfluidsynth3"
command -v ffmpeg >/dev/null || missing="$missing ffmpeg"
command -v redis-server >/dev/null || missing="$missing redis-server"
"$python" -c 'import ensurepip, venv' 2>/dev/null || missing="$missing python3-venv"
wants() { case " $asked " in *" $1 "*) ;; *) return 1 ;; esac; }
if wants docker; then
    command -v dockerd >/dev/null || missing="$missing docker.io iptables"
    command -v debootstrap >/dev/null || missing="$missing debootstrap"
fi
if wants browser && command -v apt-cache >/dev/null && ! command -v chromium >/dev/null; then
    # Ubuntu's package of that name only fetches a snap.
    case $(apt-cache show --no-all-versions chromium 2>/dev/null | grep "^Version:") in
        "" | *snap*) ;;
        *) missing="$missing chromium" ;;
    esac
fi
[ -n "$missing" ] || exit 0

by_hand="Install these first:$missing (elsewhere than on Debian and Ubuntu: FluidSynth 2, ffmpeg and Redis 7)."
command -v apt-get >/dev/null || { echo "$by_hand" >&2; exit 1; }
if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null; then
    as_root="sudo"
else
    echo "$by_hand" >&2
    exit 1
fi
$as_root apt-get update -qq
# shellcheck disable=SC2086 # the package names are words
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing
