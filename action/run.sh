#!/usr/bin/env bash
# Checks the repository and writes every report. Never fails by itself: the last step of the Action
# leaves with the code that is written here.
# In: PROGRAM, EVENT_BASE, FORK, and the inputs of the Action as INPUT_….
# Out: exit-code, findings, errors, warnings, version, sarif-file, json-file, markdown-file, upload.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=action/common.sh
. "$here/common.sh"

# A summary above 1 MiB is thrown away as a whole.
summary_limit=1000000

give_up() {
    printf '::error title=paritylint::%s\n' "$(escape "$*")"
    output exit-code 2
    exit
}

# The commit that the change is compared with.
find_base() {
    if [ -n "$INPUT_BASE" ]; then
        printf '%s\n' "$INPUT_BASE"
    elif [ "${GITHUB_EVENT_NAME:-}" = pull_request ] &&
        [ "$(git rev-parse HEAD 2>/dev/null)" = "${GITHUB_SHA:-}" ]; then
        # The checkout is the merge of the pull request: its first parent is the base, as it is now.
        git rev-parse --verify --quiet 'HEAD^1'
    elif [ -n "$EVENT_BASE" ]; then
        git rev-parse --verify --quiet --end-of-options "$EVENT_BASE^{commit}"
    else
        return 1
    fi
}

# Repository text must not give orders to the runner: neither by commands of today nor by those of
# old (`##[`), which are read even where the others are stopped. The format `github` sees to that
# itself.
quietly() { # quietly FILE
    local token
    [ -s "$1" ] || return 0
    token="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
    printf '::stop-commands::%s\n' "$token"
    sed 's/##\[/# #[/g' "$1"
    printf '::%s::\n' "$token"
}

# Appends a text to the summary of the job, cut at the end of a line where it is too long.
summarise() {
    local lines kept
    if [ "$(wc -c <"$1")" -le "$summary_limit" ]; then
        cat "$1" >>"$GITHUB_STEP_SUMMARY"
        return
    fi
    lines="$(wc -l <"$1")"
    head -c "$summary_limit" "$1" | sed '$d' >"$1.cut"
    kept="$(wc -l <"$1.cut")"
    cat "$1.cut" >>"$GITHUB_STEP_SUMMARY"
    printf '\n\n%d more lines: see the log.\n' "$((lines - kept))" >>"$GITHUB_STEP_SUMMARY"
}

number() { # number KEY FILE: of the JSON report's summary, which stands before the findings
    sed -n "/^ *\"$1\": [0-9]/{s/[^0-9]//gp;q;}" "$2"
}

case "$INPUT_FAIL_ON" in
error | warning | note) verdict=(--fail-on "$INPUT_FAIL_ON") ;;
none) verdict=(--exit-zero) ;;
*) give_up "the input \`fail-on\` must be error, warning, note or none, and is $INPUT_FAIL_ON" ;;
esac
case "$INPUT_SCOPE" in
full | changed) extent="$INPUT_SCOPE" ;;
auto)
    extent=full
    if [ "${GITHUB_EVENT_NAME:-}" = pull_request ]; then extent=changed; fi
    ;;
*) give_up "the input \`scope\` must be auto, full or changed, and is $INPUT_SCOPE" ;;
esac
cd "$INPUT_WORKING_DIRECTORY" 2>/dev/null ||
    give_up "the input \`working-directory\` names no directory: $INPUT_WORKING_DIRECTORY"

reports="$(mktemp -d "${RUNNER_TEMP:?}/paritylint.XXXXXX")"
version="$("$PROGRAM" --version)" || give_up "the program does not run: $PROGRAM"
output version "${version#paritylint }"

arguments=(
    check --no-progress --color never "${verdict[@]}"
    --output "json=$reports/paritylint.json"
    # About the whole repository, always: an alert that is missing from an upload is closed.
    --output "sarif=$reports/paritylint.sarif"
    --output "markdown=$reports/summary.md"
)
if [ "$extent" = changed ]; then
    base="$(find_base)" ||
        give_up "the commit to compare with is not in this clone: give \`fetch-depth: 2\` to actions/checkout, or the input \`base\`"
    arguments+=("--base=$base")
fi

if [ -n "$INPUT_CONFIG" ]; then arguments+=(--config "$INPUT_CONFIG"); fi
format=full
if [ "$INPUT_ANNOTATIONS" = true ]; then format=github; fi
arguments+=(--format "$format")
while IFS= read -r line; do
    line="${line%$'\r'}"
    if [ -n "$line" ]; then arguments+=("$line"); fi
done <<<"$INPUT_ARGS"

code=0
"$PROGRAM" "${arguments[@]}" >"$reports/log" 2>"$reports/errors" || code=$?
quietly "$reports/errors"
if [ "$code" -gt 1 ]; then
    quietly "$reports/log"
    output exit-code 2
    exit
fi
if [ "$format" = github ]; then cat "$reports/log"; else quietly "$reports/log"; fi

output markdown-file "$reports/summary.md"
if [ "$INPUT_SUMMARY" = true ]; then summarise "$reports/summary.md"; fi

errors="$(number errors "$reports/paritylint.json")"
warnings="$(number warnings "$reports/paritylint.json")"
notes="$(number notes "$reports/paritylint.json")"
output errors "$errors"
output warnings "$warnings"
output findings "$((errors + warnings + notes))"
output json-file "$reports/paritylint.json"
output sarif-file "$reports/paritylint.sarif"
if [ "$INPUT_ADVANCED_SECURITY" = true ]; then
    if [ "$FORK" = true ]; then
        echo "nothing is uploaded: the token of a fork's pull request may not write alerts"
    else
        output upload true
    fi
fi
output exit-code "$code"
