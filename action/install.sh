#!/usr/bin/env bash
# Finds the program: the one that is given, or a released one, checked by its digest, or none; then
# it says where the next steps keep the one that they build.
# In: INPUT_BINARY, INPUT_VERSION. Out: program, build, directory, key.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=action/common.sh
. "$here/common.sh"

releases="https://github.com/paritylint/paritylint/releases/download"

target() {
    case "${RUNNER_OS:-}-${RUNNER_ARCH:-}" in
    Linux-X64) echo x86_64-unknown-linux-musl ;;
    Linux-ARM64) echo aarch64-unknown-linux-musl ;;
    macOS-X64) echo x86_64-apple-darwin ;;
    macOS-ARM64) echo aarch64-apple-darwin ;;
    *) echo none ;;
    esac
}

# The line of the table for a version, or for the newest one (the last that there is).
release() { # release VERSION TARGET
    awk -v version="$1" -v target="$2" \
        '!/^#/ && $2 == target && (version == "" || $1 == version) { line = $0 } END { print line }' \
        "$here/releases.txt"
}

download() { # download VERSION TARGET DIGEST
    local name="paritylint-v$1-$2" directory found
    directory="${RUNNER_TOOL_CACHE:-$RUNNER_TEMP}/paritylint/$3"
    if [ ! -x "$directory/$name/paritylint" ]; then
        mkdir -p "$directory"
        curl --fail --location --silent --show-error --retry 3 --proto '=https' \
            --output "$directory/archive.tar.gz" "$releases/v$1/$name.tar.gz" ||
            fail "paritylint $1 could not be downloaded"
        found="$(sha256 <"$directory/archive.tar.gz")"
        if [ "$found" != "$3" ]; then
            rm -rf "$directory"
            fail "the archive of paritylint $1 has the digest $found and not $3"
        fi
        tar -xzf "$directory/archive.tar.gz" -C "$directory"
    fi
    output program "$directory/$name/paritylint"
}

if [ -n "$INPUT_BINARY" ]; then
    program="$(command -v -- "$INPUT_BINARY")" ||
        fail "the input \`binary\` names no program: $INPUT_BINARY"
    case "$program" in
    ./* | ../*) program="$PWD/$program" ;; # the check runs in another directory
    esac
    output program "$program"
    exit
fi

wanted="${INPUT_VERSION#v}"
if [ -n "$wanted" ] && ! [[ "$wanted" =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]]; then
    fail "the input \`version\` must be like 1.2.3, and is $INPUT_VERSION"
fi
line="$(release "$wanted" "$(target)")"
if [ -n "$line" ]; then
    read -r version name digest <<<"$line"
    download "$version" "$name" "$digest"
    exit
fi
if [ -n "$wanted" ]; then
    fail "this version of the Action knows no paritylint $wanted for $(target): use a newer one, or leave \`version\` out"
fi

# Built from the sources that came with the Action, and kept by their digest.
sources="$(
    cd "$here/.."
    find src Cargo.toml Cargo.lock -type f | LC_ALL=C sort | while IFS= read -r file; do
        printf '%s\n' "$file"
        cat "$file"
    done | sha256
)"
directory="${RUNNER_TOOL_CACHE:-$RUNNER_TEMP}/paritylint/$sources"
output build true
output directory "$directory"
output key "paritylint-${RUNNER_OS:-}-${RUNNER_ARCH:-}-$sources"
output program "$directory/bin/paritylint"
