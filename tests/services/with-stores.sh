#!/usr/bin/env bash
# Runs a command beside real Redis, MariaDB, Milvus and Elasticsearch, which end with it.
#
# usage: tests/services/with-stores.sh [--only redis,mariadb,milvus,elasticsearch] [COMMAND...]
#        without a command: a shell
#
# Everything runs in a network and process namespace of its own that has only a loopback, because Milvus 2.3 listens on
# every interface and cannot be told otherwise. So several of these can run at once, and nothing outlives them; the
# command can reach nothing outside either.
#
# The command is given
#   CITEPATH_TEST_{REDIS,MYSQL,MILVUS,ELASTIC}_URL   where the servers are
#   SERVICES_RUN    a folder with, for each server NAME:  NAME/pid    its first process
#                                                         NAME/start  starts it again on the data it had
#                                                         NAME/ready  exits 0 when it answers
#                                                         NAME/log
#
# What the product relies on in a server's settings stands in deploy/, which compose.yaml reads too.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
settings=$(cd "$here/../../deploy" && pwd)
password=citepath-test

enter_namespace() { # ARGUMENTS...   runs this script again, inside
    local reason
    if ! reason=$(unshare --net --pid --fork --kill-child --mount-proc ip link set lo up 2>&1); then
        cat >&2 <<END
The store tests run in a network and process namespace of their own, and this machine does not let them:
    $reason
Needed: to be root with CAP_SYS_ADMIN and CAP_NET_ADMIN (in a container: docker run --privileged), and the Debian
packages util-linux and iproute2. Or run the tests against servers of your own that nobody else uses: set
CITEPATH_TEST_{REDIS,MYSQL,MILVUS,ELASTIC}_URL and leave out the tests that kill servers: pytest -m "not faults".
END
        exit 1
    fi
    SERVICES_HOME=$(cd "${SERVICES_HOME:-$here/../../.services}" 2>/dev/null && pwd) || {
        echo "the servers are not installed: make stores, or tests/services/install.sh" >&2
        exit 1
    }
    SERVICES_RUN=$(mktemp -d "${TMPDIR:-/tmp}/stores.XXXXXX")
    export SERVICES_HOME SERVICES_RUN
    chmod 711 "$SERVICES_RUN" # Elasticsearch runs as nobody
    trap 'rm -rf "$SERVICES_RUN"' EXIT
    local status=0
    # Whatever ends this script ends the namespace too, with all that runs in it.
    setpriv --pdeathsig KILL unshare --net --pid --fork --kill-child --mount-proc env SERVICES_INSIDE=1 "$0" "$@" ||
        status=$?
    exit "$status"
}

on() { [[ ",$only," == *",$1,"* ]]; }

can_start() { # NAME COMMAND...   writes NAME/start
    local run=$SERVICES_RUN/$1
    shift
    {
        echo '#!/usr/bin/env bash'
        printf 'setsid'
        printf ' %q' "$@"
        printf ' >>%q 2>&1 </dev/null &\necho $! >%q\n' "$run/log" "$run/pid"
    } >"$run/start"
    chmod +x "$run/start"
}

is_ready_when() { # NAME COMMAND...   writes NAME/ready
    local run=$SERVICES_RUN/$1
    shift
    {
        printf '#!/usr/bin/env bash\nexec timeout 3'
        printf ' %q' "$@"
        printf ' >/dev/null 2>&1\n'
    } >"$run/ready"
    chmod +x "$run/ready"
}

wait_for() { # NAME SECONDS   a server that ends before it is up is started once more: on a busy machine some do
    local run=$SERVICES_RUN/$1 began=$SECONDS again=1
    until "$run/ready"; do
        if ((again)) && ! kill -0 "$(cat "$run/pid")" 2>/dev/null; then
            echo "$1 ended before it was up; the end of its log, and it is started once more:" >&2
            tail -n 10 "$run/log" >&2
            again=0
            "$run/start"
        elif ((SECONDS - began > $2)) || ! kill -0 "$(cat "$run/pid")" 2>/dev/null; then
            echo "$1 did not come up; the end of its log:" >&2
            tail -n 30 "$run/log" >&2
            exit 1
        fi
        sleep 0.2
    done
}

tried() { # NAME COMMAND...   a preparation, up to three times: beside others of its kind it fails now and then
    local log=$SERVICES_RUN/$1/prepare.log name=$1 attempt
    shift
    for attempt in 1 2 3; do
        if "$@" >"$log" 2>&1; then return; fi
        echo "$name could not be prepared (attempt $attempt of 3):" >&2
        tail -n 20 "$log" >&2
        sleep 1
    done
    return 1
}

prepare_redis() {
    local run=$SERVICES_RUN/redis
    can_start redis redis-server "$settings/redis.conf" --bind 127.0.0.1 --port 6379 --dir "$run" --requirepass "$password"
    is_ready_when redis redis-cli --no-auth-warning -a "$password" -e ping
    export CITEPATH_TEST_REDIS_URL="redis://:$password@127.0.0.1:6379/0"
}

new_mariadb() { # RUN
    rm -rf "$1/data" &&
        mariadb-install-db --defaults-file="$1/my.cnf" --auth-root-authentication-method=socket --skip-test-db
}

prepare_mariadb() {
    local run=$SERVICES_RUN/mariadb
    cat >"$run/my.cnf" <<END
!include $settings/mysql.cnf
[mysqld]
user = root
datadir = $run/data
socket = $run/socket
port = 3306
bind-address = 127.0.0.1
innodb-buffer-pool-size = 128M
innodb-use-native-aio = 0
END
    tried mariadb new_mariadb "$run"
    # Read before the server lets anybody in, at every start; so each of them must be harmless the second time.
    cat >"$run/init.sql" <<END
CREATE DATABASE IF NOT EXISTS citepath CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE USER IF NOT EXISTS 'citepath'@'127.0.0.1' IDENTIFIED BY '$password';
GRANT ALL ON \`citepath%\`.* TO 'citepath'@'127.0.0.1';
END
    can_start mariadb mariadbd --defaults-file="$run/my.cnf" --init-file="$run/init.sql"
    is_ready_when mariadb mariadb --no-defaults --host=127.0.0.1 --user=citepath --password="$password" \
        --execute='SELECT 1' citepath
    export CITEPATH_TEST_MYSQL_URL="mysql+pymysql://citepath:$password@127.0.0.1:3306/citepath?charset=utf8mb4"
}

prepare_milvus() {
    local run=$SERVICES_RUN/milvus server=$SERVICES_HOME/milvus-2.3.5
    mkdir -p /run/milvus
    mount -t tmpfs tmpfs /run/milvus # where it locks its pid file: seen in this namespace only
    # The server itself, without the package's launcher: that one takes other ports when the killed server's are not
    # free yet. A server that was killed waits until its old session ends, and one that stands still for longer than
    # that ends itself: 20 s instead of 30.
    "$server/bin/python" - "$run/data" <<'END'
import sys
from milvus import MilvusServer
server = MilvusServer()
server.set_base_dir(sys.argv[1])
server.config.set("common.session.ttl", 20)
server.config.resolve()
END
    can_start milvus env --chdir="$run/data" DEPLOY_MODE=STANDALONE METRICS_PORT=9091 \
        QUERYNODE_SEGCORE_INTERIMINDEX_ENABLEINDEX=false \
        LD_LIBRARY_PATH="$server/server/bin" "$server/server/bin/milvus" run standalone
    is_ready_when milvus bash -c \
        'curl --silent --fail http://127.0.0.1:9091/healthz && exec 3<>/dev/tcp/127.0.0.1/19530'
    export CITEPATH_TEST_MILVUS_URL=http://127.0.0.1:19530
}

new_keystore() { # HOME, and the words that make a command run as nobody
    local home=$1
    shift
    rm -f "$home/config/elasticsearch.keystore" && "$@" "$home/bin/elasticsearch-keystore" create &&
        printf %s "$password" | "$@" "$home/bin/elasticsearch-keystore" add --stdin bootstrap.password
}

prepare_elasticsearch() {
    local run=$SERVICES_RUN/elasticsearch java
    java=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")
    cp -r "$SERVICES_HOME/elasticsearch-8.19.16" "$run/home" # its own to write in, and where nobody may read
    cp "$settings/elasticsearch.yml" "$run/home/config/elasticsearch.yml"
    printf -- '-Xms768m\n-Xmx768m\n' >"$run/home/config/jvm.options.d/heap.options"
    chown -R nobody "$run"
    local as_nobody=(setpriv --reuid=nobody --clear-groups env HOME="$run/home" ES_JAVA_HOME="$java")
    tried elasticsearch new_keystore "$run/home" "${as_nobody[@]}"
    # A developer's disk is often nearly full; a test that wants Elasticsearch to mind switches it on.
    can_start elasticsearch "${as_nobody[@]}" "$run/home/bin/elasticsearch" -Enetwork.host=127.0.0.1 -Ehttp.port=9200 \
        -Ecluster.routing.allocation.disk.threshold_enabled=false
    is_ready_when elasticsearch curl --silent --fail --user "elastic:$password" \
        'http://127.0.0.1:9200/_cluster/health?wait_for_status=yellow&timeout=2s'
    export CITEPATH_TEST_ELASTIC_URL="http://elastic:$password@127.0.0.1:9200"
}

if [ -z "${SERVICES_INSIDE:-}" ]; then enter_namespace "$@"; fi
unset SERVICES_INSIDE

only=redis,mariadb,milvus,elasticsearch
if [ "${1:-}" = --only ]; then
    only=$2
    shift 2
fi
declare -A seconds=([redis]=20 [mariadb]=60 [milvus]=120 [elasticsearch]=180)
for name in ${only//,/ }; do
    if [ -z "${seconds[$name]:-}" ]; then
        echo "there is no server $name; there are redis, mariadb, milvus and elasticsearch" >&2
        exit 2
    fi
done

ip link set lo up
for name in milvus elasticsearch mariadb redis; do # the slow ones first, so that they come up beside each other
    if on "$name"; then
        mkdir "$SERVICES_RUN/$name"
        "prepare_$name"
        "$SERVICES_RUN/$name/start"
    fi
done
for name in redis mariadb milvus elasticsearch; do
    if on "$name"; then wait_for "$name" "${seconds[$name]}"; fi
done
echo "${only//,/, }: up after $SECONDS s" >&2

if [ $# -eq 0 ]; then
    env | grep '^CITEPATH_TEST_\|^SERVICES_RUN=' | sort
    set -- "${SHELL:-/bin/bash}"
fi
"$@"
