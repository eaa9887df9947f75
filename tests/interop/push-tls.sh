#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# llhlssink pushes to a real nginx over TLS, by HTTP/2 and by HTTP/1.1, whose
# certificate is first that of another host: it is told why nothing is sent, and
# when the certificate is mended nothing has been lost.  A server whose
# certificate nobody known has signed gets nothing.  The authority is trusted in
# a mount namespace only.
. "$(dirname "$0")/lib.sh"
need curl gst-launch-1.0 nginx ffmpeg openssl unshare
need_elements llhlssink x264enc
nginx -V 2>&1 | grep -q http_dav_module || skip "nginx has no WebDAV"
trust=/etc/ssl/certs/ca-certificates.crt
[ -f $trust ] || skip "there is no $trust, so how GLib is made to trust is not known"
unshare=unshare
[ "$(id -u)" = 0 ] || unshare="unshare -r"
$unshare -m mount --bind /etc/hostname $trust 2> "$work/err" || skip "no mount namespaces here: $(cat "$work/err")"

port=18600
while grep -qE "^ *[0-9]+: [0-9A-F]+:($(printf '%04X|%04X|%04X' "$port" $((port + 1)) $((port + 2)))) " /proc/net/tcp /proc/net/tcp6; do
  port=$((port + 3))
done
mkdir -p "$work/www/two" "$work/www/one" "$work/www/none" "$work/tmp"

run_openssl() {
  openssl "$@" 2> "$work/openssl.err" || fail "openssl $1: $(cat "$work/openssl.err")"
}

# signed FILE NAME: leaves FILE.pem and FILE.key, signed by the authority
signed() {
  run_openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$2" -keyout "$work/$1.key" -out "$work/$1.csr"
  echo "subjectAltName=DNS:$2" > "$work/$1.ext"
  run_openssl x509 -req -in "$work/$1.csr" -CA "$work/authority.pem" -CAkey "$work/authority.key" -CAcreateserial -days 2 \
    -extfile "$work/$1.ext" -out "$work/$1.pem"
}

run_openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=authority \
  -keyout "$work/authority.key" -out "$work/authority.pem"
signed other other.example
signed right localhost
make_certificate
cp "$work/other.pem" "$work/shown.pem"
cp "$work/other.key" "$work/shown.key"

cat > "$work/nginx.conf" <<CONF
pid $work/nginx.pid;
error_log $work/nginx.err;
events { }
http {
  log_format order '\$request_method \$uri \$status \$server_protocol';
  access_log $work/nginx.log order;
  client_body_temp_path $work/tmp/a; proxy_temp_path $work/tmp/b; fastcgi_temp_path $work/tmp/c;
  uwsgi_temp_path $work/tmp/d; scgi_temp_path $work/tmp/e;
  root $work/www;
  dav_methods PUT DELETE;
  create_full_put_path on;
  client_max_body_size 64m;
  ssl_certificate $work/shown.pem;
  ssl_certificate_key $work/shown.key;
  server { listen 127.0.0.1:$port ssl http2; }
  server { listen 127.0.0.1:$((port + 1)) ssl; }
  server {
    listen 127.0.0.1:$((port + 2)) ssl http2;
    ssl_certificate $work/cert.pem;
    ssl_certificate_key $work/key.pem;
  }
}
CONF

start_server() {
  nginx -p "$work" -c "$work/nginx.conf" -g 'daemon off; master_process off;' 2>> "$work/nginx.out" &
  server=$!
  processes="$processes $server"
}

# await WHAT PATTERN COUNT: until so many lines of the log have it
await() {
  tries=0
  until [ "$(grep -aEc "$2" "$work/push.log")" -ge "$3" ]; do
    kill -0 $pipeline 2> /dev/null || fail "the pipeline ended: $(tail -n 5 "$work/push.log")"
    [ $tries -lt 300 ] || fail "$1: $(grep -a llhlssink-push "$work/push.log"; cat "$work/nginx.err")"
    sleep 0.1
    tries=$((tries + 1))
  done
}

start_server
# shellcheck disable=SC2016
$unshare -m sh -c 'mount --bind "$1" "$2" && shift 2 && exec "$@"' sh "$work/authority.pem" $trust \
  gst-launch-1.0 -e -m llhlssink name=hls port=-1 target-duration=4000 window=24000 \
  push-url="https://localhost:$port/two/ https://localhost:$((port + 1))/one/ https://localhost:$((port + 2))/none/" \
  videotestsrc is-live=true num-buffers=600 pattern=ball ! video/x-raw,format=I420,width=320,height=180,framerate=25/1 ! \
    x264enc tune=zerolatency speed-preset=ultrafast bitrate=300 key-int-max=100 ! queue ! hls.video_0 > "$work/push.log" 2>&1 &
pipeline=$!
processes="$processes $pipeline"

await "the wrong host is not told" 'llhlssink-push.*state=\(string\)open.*/(one|two)/.*certificate.*for.*another.*host' 2
await "the unknown authority is not told" 'llhlssink-push.*state=\(string\)open.*/none/.*certificate.*not.*signed.*authority' 1
# A segment and more, and fewer than are given up.
sleep 6
[ ! -s "$work/nginx.log" ] || ! grep -q ' 201 ' "$work/nginx.log" || fail "something was sent: $(cat "$work/nginx.log")"
cp "$work/right.pem" "$work/shown.pem"
cp "$work/right.key" "$work/shown.key"
kill -KILL $server
wait $server 2> /dev/null
start_server
await "pushing does not go on" 'llhlssink-push.*state=\(string\)close.*/(one|two)/' 2
grep -a 'llhlssink-push' "$work/push.log" | sed -E 's/.*(llhlssink-push.*)/\1/'

wait $pipeline || fail "the pipeline ended with an error: $(tail -n 5 "$work/push.log")"
for where in two one; do
  folder=$work/www/$where
  [ -f "$folder/vod-video_0.m3u8" ] || fail "$where: there is no VOD playlist"
  ! grep -q '^#EXT-X-GAP' "$folder/vod-video_0.m3u8" || fail "$where: something was lost: $(cat "$folder/vod-video_0.m3u8")"
  count=0
  for path in $(grep '^[^#]' "$folder/vod-video_0.m3u8"); do
    [ -s "$folder/$path" ] || fail "$where: $path is not there"
    count=$((count + 1))
  done
  [ $count -ge 6 ] || fail "$where: only $count segments"
  timeout 60 ffmpeg -nostdin -v error -xerror -i "$folder/vod.m3u8" -f null - > "$work/vod.err" 2>&1 ||
    fail "$where: ffmpeg could not play: $(cat "$work/vod.err")"
  echo "$where: $count segments"
done
[ -z "$(find "$work/www/none" -type f)" ] || fail "the unknown server got something"
awk '$3 == 201 || $3 == 204 { split($2, path, "/"); n[path[2] " " $4]++ } END { for (what in n) print n[what], what }' "$work/nginx.log" |
  sort > "$work/protocols"
cat "$work/protocols"
grep -q ' two HTTP/2.0' "$work/protocols" && grep -q ' one HTTP/1.1' "$work/protocols" || fail "the protocols are others"
[ "$(wc -l < "$work/protocols")" = 2 ] || fail "the protocols are others"
