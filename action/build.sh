#!/usr/bin/env bash
# Builds the program from the Action's own sources, unless the cache had it.
# In: DIRECTORY, PROGRAM.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=action/common.sh
. "$here/common.sh"

if [ -x "$PROGRAM" ] || [ -x "$PROGRAM.exe" ]; then exit; fi
command -v cargo >/dev/null ||
    fail "there is no release to download and no cargo to build one; give the input \`binary\`"
# cargo reads settings from the directory where it runs: never from the repository that is checked.
cd "$here/.."
CARGO_TARGET_DIR="${RUNNER_TEMP:?}/paritylint-target" \
    cargo install --quiet --locked --path . --root "$DIRECTORY"
rm -rf "${RUNNER_TEMP:?}/paritylint-target"
