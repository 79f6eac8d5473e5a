#!/usr/bin/env bash
# Installs the four real servers that the store tests run on, without Docker.
#
# usage: tests/services/install.sh      Debian 12 on x86_64, as root; safe to run again
#
#   Redis          Debian
#   MariaDB        Debian, in the place of MySQL 8, which Debian does not have
#   Milvus         the PyPI package `milvus`, which carries the server's binary; in a Python environment of its own
#   Elasticsearch  Maven Central: the bare server that Elastic publishes for integration tests, and the cjk analyzer
#
# What is not Debian's lies in .services of this checkout, or in SERVICES_HOME. Debian's packages are checked by apt,
# the other two downloads by the hashes below.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=${SERVICES_HOME:-$here/../../.services}
mkdir -p "$home"
home=$(cd "$home" && pwd)

packages=(redis-server mariadb-server openjdk-17-jdk-headless maven iproute2 curl python3-venv)

milvus_requirements='
milvus==2.3.5 --hash=sha256:69515a0630ce29fd10e101fa442afea8ca1387b93a456cd9bd41fdf3deb93d04
setuptools==79.0.1 --hash=sha256:e147c0549f27767ba362f9da434eab9c5dc0045d5304feb602a0af001089fc51
' # milvus imports pkg_resources, which setuptools has dropped since

elasticsearch_version=8.19.16
elasticsearch_sha512=97db38d6920fbdace83ce32d041e2e6faf1c895aa03dc3cc75715c952a646021af124f4e49b0a8e2bb066362cdec4d45772a846c613a8f459b7e8260f9d17067

install_packages() {
    local missing=() package
    for package in "${packages[@]}"; do
        if ! dpkg -s "$package" >/dev/null 2>&1; then missing+=("$package"); fi
    done
    if [ ${#missing[@]} -eq 0 ]; then return; fi
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "the store tests need these Debian packages; install them as root: ${missing[*]}" >&2
        exit 1
    fi
    apt-get update -qq
    # Debian starts a server when it installs it, unless this file says no.
    local policy=/usr/sbin/policy-rc.d own=
    if [ ! -e "$policy" ]; then
        own=$policy
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod +x "$policy"
    fi
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    if [ -n "$own" ]; then rm -f "$own"; fi
}

install_milvus() {
    local to=$home/milvus-2.3.5
    if [ -e "$to/.ready" ]; then return; fi
    rm -rf "$to"
    python3 -m venv "$to"
    PIP_DISABLE_PIP_VERSION_CHECK=1 "$to/bin/pip" install --quiet --require-hashes \
        --requirement <(printf '%s' "$milvus_requirements")
    "$to/bin/python" -c 'import sys, milvus; milvus._initialize_data_files(sys.argv[1])' "$to/server" # unpacks it
    touch "$to/.ready"
}

install_elasticsearch() {
    local to=$home/elasticsearch-$elasticsearch_version work
    if [ -e "$to/.ready" ]; then return; fi
    rm -rf "$to" "$home"/unpacking.* # what an interrupted run left
    work=$(mktemp -d "$home/unpacking.XXXXXX")
    mvn --quiet --batch-mode -Dmaven.repo.local="$work/maven" \
        org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy -DoutputDirectory="$work" \
        -Dartifact="org.elasticsearch.distribution.integ-test-zip:elasticsearch:$elasticsearch_version:zip" \
        >"$work/maven.log" 2>&1 || { cat "$work/maven.log" >&2 && exit 1; }
    (
        cd "$work"
        echo "$elasticsearch_sha512  elasticsearch-$elasticsearch_version.zip" | sha512sum --quiet --check
        jar xf "elasticsearch-$elasticsearch_version.zip"
    )
    chmod +x "$work/elasticsearch-$elasticsearch_version"/bin/*
    add_cjk_analyzer "$work/elasticsearch-$elasticsearch_version"
    mv "$work/elasticsearch-$elasticsearch_version" "$to"
    rm -rf "$work"
    touch "$to/.ready"
}

add_cjk_analyzer() { # SERVER
    local server=$1 plugin=$1/plugins/analysis-cjk classes
    classes=$(mktemp -d)
    mkdir -p "$plugin"
    javac --release 17 -nowarn -proc:none -cp "$server/lib/*" -d "$classes" \
        "$here/elasticsearch-analysis-cjk/citepath/CjkPlugin.java"
    jar cf "$plugin/analysis-cjk.jar" -C "$classes" .
    rm -rf "$classes"
    cat >"$plugin/plugin-descriptor.properties" <<END
name=analysis-cjk
description=The cjk analyzer that every full distribution has
version=1
classname=citepath.CjkPlugin
elasticsearch.version=$elasticsearch_version
java.version=17
END
}

if [ "$(uname -s) $(uname -m)" != "Linux x86_64" ]; then
    echo "Milvus comes as a binary for Linux on x86_64 only, and this is $(uname -s) on $(uname -m)." >&2
    echo "Run the store tests against servers of your own: set CITEPATH_TEST_{REDIS,MYSQL,MILVUS,ELASTIC}_URL." >&2
    exit 1
fi
install_packages
exec 9>"$home/.lock"
flock 9 # two at a time wait for each other
install_milvus
install_elasticsearch
cp "$here/install.sh" "$home/.installed" # what make looks at
