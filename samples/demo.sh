#!/usr/bin/env bash
# The demo: reads the sample documents and asks three questions, one in each language and one that
# has no answer in them, and shows the way to the first answer. Needs no model and no network.
set -euo pipefail
cd "$(dirname "$0")/.."

export CITEPATH_HOME=.citepath/demo
rm -rf "$CITEPATH_HOME" # so that every demo starts the same

shown() { # print a command as one would type it, then run it
    local word line=""
    for word in "$@"; do
        case $word in *[\ \?？]*) word="\"$word\"" ;; esac
        line="$line $word"
    done
    printf '\n$%s\n' "$line"
    "$@"
}

shown citepath ingest samples/documents
shown citepath ask "How soon must a service provider report a security incident that touches the Bank's information?"
run=$(citepath runs --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["runs"][0]["run"])')
shown citepath trace "$run" --replay
shown citepath ask "客户身份资料在业务关系结束后至少保存多少年？" --as-of 2024-06-30
shown citepath ask "What is the fine for a service provider that reports an incident too late?"
shown citepath runs
