#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# docs/guides/access.md as printed: its commands make tokens that llhlssink
# takes, and its nginx lets in whom it should, each viewer by their own token,
# all from one cache.
. "$(dirname "$0")/lib.sh"
need gst-launch-1.0 openssl python3 curl nginx
need_elements x264enc
guide=$ONAIR_SOURCE_DIR/docs/guides/access.md

# block LANGUAGE N: the Nth code block of that language
block() {
  awk -v fence="\`\`\`$1" -v n="$2" '/^```/ { if (on) { on = 0; next } on = ($0 == fence && ++seen == n); next } on' "$guide"
}

# status URL [CURL-ARGUMENT ...]
status() {
  url=$1
  shift
  curl -s -o "$work/body" -w '%{http_code}' -m 20 "$@" "$url"
}

# expect STATUS URL [CURL-ARGUMENT ...]
expect() {
  wanted=$1
  shift
  got=$(status "$@")
  [ "$got" = "$wanted" ] || fail "$got, not $wanted: $*"
}

free_tcp_port() {
  candidate=$1
  while grep -qE "^ *[0-9]+: [0-9A-F]+:$(printf '%04X' "$candidate") [0-9A-F]+:[0-9A-F]+ 0A " /proc/net/tcp /proc/net/tcp6; do
    candidate=$((candidate + 1))
  done
  echo "$candidate"
}

# start_origin PROPERTY ...: leaves $origin
start_origin() {
  gst-launch-1.0 -m llhlssink name=hls port=0 target-duration=1000 part-duration=200 "$@" \
    videotestsrc is-live=true ! video/x-raw,width=160,height=90,framerate=25/1 ! \
    x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25 ! hls.video_0 > "$work/origin.log" 2>&1 &
  launched=$!
  processes="$processes $launched"
  port='' tries=0
  while [ -z "$port" ]; do
    kill -0 $launched 2> /dev/null || fail "the origin ended: $(cat "$work/origin.log")"
    [ $tries -lt 300 ] || fail "the origin is not listening: $(cat "$work/origin.log")"
    sleep 0.1
    tries=$((tries + 1))
    port=$(sed -nE 's/.*llhlssink-listening.* port=\([a-z]+\)([0-9]+).*/\1/p' "$work/origin.log" | head -n 1)
  done
  origin=http://127.0.0.1:$port
}

# start_nginx NAME: server blocks from standard input; leaves $front
start_nginx() {
  folder=$work/$1
  listen=$(free_tcp_port 18080)
  mkdir "$folder"
  {
    echo "pid $folder/pid; error_log $folder/error.log; daemon off; master_process off;"
    echo 'events { }'
    echo "http { log_format cache '\$uri \$upstream_cache_status'; access_log $folder/access.log cache; log_subrequest on;"
    for kind in client_body proxy fastcgi uwsgi scgi; do
      echo "${kind}_temp_path $folder/$kind;"
    done
    sed -e "s/listen 80;/listen 127.0.0.1:$listen;/" -e "s#http://127.0.0.1:8080#$origin#" -e "s#/var/cache/nginx#$folder#"
    echo '}'
  } > "$folder/nginx.conf"
  nginx -c "$folder/nginx.conf" -p "$folder" 2> "$folder/stderr" &
  processes="$processes $!"
  front=http://127.0.0.1:$listen
  tries=0
  until curl -so "$work/body" -m 5 "$front/"; do
    [ $tries -lt 100 ] || fail "nginx does not start: $(cat "$folder/stderr" "$folder/error.log")"
    sleep 0.1
    tries=$((tries + 1))
  done
}

cd "$work" || exit 1

# The secrets and both ways to make a token.
block sh 1 > make-secrets.sh
block sh 2 > make-token.sh
block python 1 > make-token.py
sh -e make-secrets.sh || fail "the secrets can not be made as printed"
[ "$(stat -c %a secrets)" = 600 ] || fail "others may read the secrets"
by_shell=$(sh -e make-token.sh) && by_python=$(python3 make-token.py) || fail "a token can not be made as printed"
start_origin auth-secret-file="$work/secrets"
expect 403 "$origin/live.m3u8"
expect 200 "$origin/live.m3u8?$by_shell"
expect 200 "$origin/live.m3u8?$by_python"
grep -q QUERYPARAM=\"token\" body || fail "the playlist does not pass the token on"

# A scope.
expiry=$(($(date +%s) + 600))
secret=$(grep -v '^#' secrets | tail -n 1)
scoped="token=$expiry-$(printf %s "$expiry-/video_0" | openssl dgst -sha256 -hmac "$secret" | sed 's/.* //')-/video_0"
expect 200 "$origin/video_0.m3u8?$scoped"
expect 403 "$origin/live.m3u8?$scoped"

# nginx asks the origin.
block nginx 1 > asks.conf
start_nginx asks < asks.conf
expect 403 "$front/live.m3u8"
expect 200 "$front/live.m3u8?$by_shell"
expect 403 "$front/live.m3u8?token=$expiry-0000000000000000000000000000000000000000000000000000000000000000"
expect 403 "$front/live.m3u8?$scoped"
expect 200 "$front/video_0.m3u8?$scoped"
part=$(grep -oE 'video_0/[^?"]*\.m4s' body | tail -n 1)
[ -n "$part" ] || fail "no media in the playlist: $(cat body)"
expect 200 "$front/$part?$by_shell"
expect 200 "$front/$part?$scoped&CMCD=sid%3D%22a%22"
expect 403 "$front/$part"
expect 404 "$front/_auth"
grep -q "^/$part HIT" asks/access.log || fail "two viewers are two requests to the origin: $(cat asks/access.log)"
[ "$(grep -c "^/$part MISS" asks/access.log)" = 1 ] || fail "the cache's key holds the token: $(cat asks/access.log)"
expect 200 "$front/$part?$by_shell"
grep -q '^/_auth HIT' asks/access.log || fail "each request is a question to the origin: $(cat asks/access.log)"
# A held request goes through, and its answer is newer.
expect 200 "$front/video_0.m3u8?$by_shell"
msn=$(($(sed -nE 's/^#EXT-X-MEDIA-SEQUENCE:([0-9]+).*/\1/p' body) + $(grep -c '^#EXTINF' body)))
expect 200 "$front/video_0.m3u8?_HLS_msn=$((msn + 1))&_HLS_part=0&$by_shell"
expect 204 "$front/cmcd?$by_shell" -H 'Content-Type: application/cmcd' --data-binary 'e=ps,sid="e",sta=p,ts=1,v=2'
expect 403 "$front/cmcd" -H 'Content-Type: application/cmcd' --data-binary 'e=ps,sid="e",sta=p,ts=1,v=2'
! grep -qE "${by_shell#*-}|$secret" origin.log || fail "a token or a secret is in the log"

# nginx decides alone, by a cookie.
start_origin
{
  echo 'server { listen 80;'
  block nginx 2 | sed "s#^  \.\.\.#  proxy_pass http://127.0.0.1:8080;#"
  echo '}'
} > alone.conf
start_nginx alone < alone.conf
recipe=$(sed -nE 's/^MD5 is `([^`]*)`.*/\1/p' "$guide" | sed "s/EXPIRY/$expiry/")
[ -n "$recipe" ] || fail "the guide does not say how MD5 is made"
expect 403 "$front/live.m3u8"
expect 200 "$front/live.m3u8" -b "token=$(sh -c "$recipe"),$expiry"
expect 403 "$front/live.m3u8" -b "token=$(sh -c "$recipe"),$((expiry + 1))"
echo "tokens, nginx with auth_request and nginx with secure_link do as docs/guides/access.md says"
