#!/bin/sh
# Writes deploy/locks anew from pyproject.toml and constraints.txt; needs uv. Python is the images'.
# The bot never imports what is left out of its lock; tests/test_imports.py sees to that.
set -eu

cd "$(dirname "$0")/.."
uv=${UV:-uv}
cpu=${TORCH_CPU:---extra-index-url https://download.pytorch.org/whl/cpu}
lock() {
    out=deploy/locks/$1.txt
    shift
    "$uv" pip compile --quiet --no-header --no-annotate --generate-hashes --python-version 3.11 \
        --index-strategy unsafe-best-match --constraint constraints.txt --output-file "$out" "$@"
}
echo "setuptools>=77" >deploy/locks/build.in
lock build deploy/locks/build.in
lock bot pyproject.toml --extra front-ends --extra ffmpeg --universal \
    --no-emit-package numpy --no-emit-package opencv-contrib-python-headless \
    --no-emit-package pretty-midi --no-emit-package pyfluidsynth \
    --no-emit-package pillow-heif --no-emit-package pypdfium2 --no-emit-package resvg-py \
    --no-emit-package pyvips --no-emit-package pyvips-binary
# shellcheck disable=SC2086 # an option and its value
lock worker-cpu pyproject.toml --extra worker --extra giant --extra ffmpeg --python-platform x86_64-manylinux_2_28 $cpu
lock worker-cuda pyproject.toml --extra worker --extra giant --extra ffmpeg --python-platform x86_64-manylinux_2_28
