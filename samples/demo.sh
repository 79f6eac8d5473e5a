#!/usr/bin/env bash
# The demo: reads the sample documents, asks three questions, one of which has no answer
# in them, and shows how the first answer was found. Needs no model and no network.
set -euo pipefail
cd "$(dirname "$0")/.."

export CITEPATH_HOME=.citepath/demo
rm -rf "$CITEPATH_HOME" # so that every demo starts the same

say() {
    printf '\n$ %s\n' "$(printf '%s ' "$@" | sed 's/ $//')"
}
shown() { # print a command as one would type it, then run it
    local word line=""
    for word in "$@"; do
        case $word in *[\ \?]*) word="\"$word\"" ;; esac
        line="$line $word"
    done
    printf '\n$%s\n' "$line"
    "$@"
}
# `ask` ends with 0 when it answered; another status is an outcome here and no failure of the
# demo, as long as the run is on record (see below).
asked() {
    shown citepath ask "$@" || echo "(exit status $?)"
}

shown citepath ingest samples/documents
asked "How soon must a service provider report a security incident that touches the Bank's information?"
asked "客户身份资料在业务关系结束后至少保存多少年？"
asked "客户身份资料在业务关系结束后至少保存多少年？" --as-of 2024-06-30
asked "What is the fine for a service provider that reports an incident too late?"
shown citepath runs
