# Shared by the steps of the Action. For bash 3.2, which macOS has.
# shellcheck shell=bash

# Writes a value where the steps that follow find it.
output() { # output NAME VALUE
    case "$2" in
    *$'\n'* | *$'\r'*) fail "the value of \`$1\` has several lines" ;;
    esac
    printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"
}

# Makes a text fit for a workflow command.
escape() {
    local text="$1"
    text="${text//'%'/%25}"
    text="${text//$'\r'/%0D}"
    printf '%s' "${text//$'\n'/%0A}"
}

fail() {
    printf '::error title=paritylint::%s\n' "$(escape "$*")"
    exit 2
}

sha256() { # of the standard input
    if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi | cut -d ' ' -f 1
}
