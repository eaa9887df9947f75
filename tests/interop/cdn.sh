#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The cache configurations of docs/guides/cdn.md, in nginx and in Varnish, in
# front of a running llhlssink: held requests are shared, nothing stale or
# wrong is kept, and a second origin steps in.
. "$(dirname "$0")/lib.sh"
need curl gst-launch-1.0 nginx varnishd
need_elements llhlssink x264enc avenc_aac
here=$(dirname "$0")
caches=''
started=0

stop_caches() {
  for cache in $caches; do
    kill -TERM "$cache" 2> /dev/null
    wait "$cache" 2> /dev/null
  done
  caches=''
}
trap 'stop_caches; stop_all' EXIT

free_tcp_port() {
  candidate=$1
  while grep -qE "^ *[0-9]+: [0-9A-F]+:$(printf '%04X' "$candidate") " /proc/net/tcp /proc/net/tcp6; do
    candidate=$((candidate + 1))
  done
  echo "$candidate"
}

gst-launch-1.0 -m llhlssink name=hls port=0 target-duration=2000 stats-interval=100 \
  videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=320,height=180,framerate=25/1 ! \
    x264enc tune=zerolatency speed-preset=ultrafast bitrate=300 key-int-max=50 ! queue ! hls.video_0 \
  audiotestsrc is-live=true ! audio/x-raw,rate=48000,channels=2 ! avenc_aac ! queue ! hls.audio_0 \
  > "$work/origin.log" 2>&1 &
processes="$processes $!"
port=''
tries=0
while [ -z "$port" ]; do
  [ $tries -lt 300 ] || fail "the origin is not listening: $(tail -n 5 "$work/origin.log")"
  sleep 0.1
  tries=$((tries + 1))
  port=$(sed -nE 's/.*llhlssink-listening.* port=\([a-z]+\)([0-9]+).*/\1/p' "$work/origin.log" | head -n 1)
done
origin=http://127.0.0.1:$port
curl -sf -m 20 -o /dev/null "$origin/video_0.m3u8" || fail "the origin has no playlist"

# A counter of the origin, from its newest stats message.
counter() {
  sleep 0.3
  grep -a 'x-llhlssink-stats' "$work/origin.log" | tail -n 1 |
    sed -nE "s/.*[ ,]$1=\(guint64\)([0-9]+).*/\1/p"
}

# The newest whole segment's number and its path.
newest() {
  curl -sf -m 10 "$1/video_0.m3u8" | grep -v '^#' | tail -n 1
}

number() {
  sed -E 's/.*-([0-9]+)(\.[0-9]+)?\.m4s.*/\1/'
}

# start_cache KIND HOST_A:PORT_A HOST_B:PORT_B: leaves $cache
start_cache() {
  kind=$1
  at=$(free_tcp_port 18300)
  started=$((started + 1))
  folder=$work/cache-$started
  mkdir "$folder"
  case $kind in
    nginx)
      sed -e "s,@PREFIX@,$folder,; s,@PORT@,127.0.0.1:$at,; s,@ORIGIN_A@,$2,; s,@ORIGIN_B@,$3," \
        "$here/nginx-cache.conf.in" > "$folder/nginx.conf"
      nginx -p "$folder" -c "$folder/nginx.conf" -g 'daemon off; master_process off;' > "$folder/out" 2>&1 &
      ;;
    varnish)
      sed -e "s,@HOST_A@,${2%:*},; s,@PORT_A@,${2#*:},; s,@HOST_B@,${3%:*},; s,@PORT_B@,${3#*:}," \
        "$here/varnish-cache.vcl.in" > "$folder/cache.vcl"
      varnishd -F -j none -n "$folder/work" -a "127.0.0.1:$at" -f "$folder/cache.vcl" -s malloc,64m \
        > "$folder/out" 2>&1 &
      ;;
  esac
  caches="$caches $!"
  processes="$processes $!"
  cache=http://127.0.0.1:$at
  tries=0
  until curl -s -m 20 -o /dev/null "$cache/"; do
    [ $tries -lt 100 ] || fail "$kind does not run: $(cat "$folder/out")"
    sleep 0.1
    tries=$((tries + 1))
  done
}

check_sharing() {
  next=$(($(newest "$origin" | number) + 2))
  before=$(counter blocked-requests)
  clients=''
  i=0
  while [ $i -lt 20 ]; do
    case $((i % 2)) in
      0) query="_HLS_msn=$next&_HLS_part=1&CMCD=sid%3D$i" ;;
      1) query="session=$i&_HLS_part=1&_HLS_msn=$next" ;;
    esac
    curl -sf -m 20 -o "$work/held-$i" -w '%{time_total}\n' "$cache/video_0.m3u8?$query" >> "$work/times-$kind" &
    clients="$clients $!"
    i=$((i + 1))
  done
  for client in $clients; do
    wait "$client" || fail "$kind: a held request failed"
  done
  held=$(($(counter blocked-requests) - before))
  echo "$kind: 20 held requests were $held at the origin, answered within $(sort -n "$work/times-$kind" |
    awk 'NR == 1 { a = $1 } { b = $1 } END { printf "%.0f ms", (b - a) * 1000 }') of each other"
  [ "$held" -eq 1 ] || fail "$kind: $held held requests came to the origin"
  i=1
  while [ $i -lt 20 ]; do
    cmp -s "$work/held-0" "$work/held-$i" || fail "$kind: held answers differ"
    i=$((i + 1))
  done
  grep -q -- "-$next.1.m4s" "$work/held-0" || fail "$kind: the held answer came too early"
}

check_media() {
  path=$(newest "$cache")
  before=$(counter media-requests)
  curl -sf -m 10 -o "$work/one" "$cache/$path" || fail "$kind: no media"
  curl -sf -m 10 -o "$work/two" "$cache/$path?CMCD=bl%3D100" || fail "$kind: no media with CMCD"
  curl -sf -m 10 -o "$work/range" -r 100-199 "$cache/$path" || fail "$kind: no range"
  [ "$(wc -c < "$work/range")" -eq 100 ] || fail "$kind: the range has $(wc -c < "$work/range") bytes"
  curl -sf -m 10 -o "$work/direct" "$origin/$path"
  cmp "$work/one" "$work/direct" && cmp "$work/one" "$work/two" || fail "$kind: media differs"
  asked=$(($(counter media-requests) - before - 1))
  [ "$asked" -eq 1 ] || fail "$kind: one segment was asked for $asked times"
}

check_errors() {
  path=$(newest "$origin")
  msn=$(echo "$path" | number)
  later=$(echo "$path" | sed "s/-$msn/-$((msn + 3))/")
  status=$(curl -s -m 10 -o /dev/null -w '%{http_code}' "$cache/$later")
  [ "$status" = 404 ] || fail "$kind: media that is not there yet is answered $status"
  curl -sf -m 20 -o /dev/null "$origin/video_0.m3u8?_HLS_msn=$((msn + 2))"
  curl -sf -m 20 -o /dev/null "$origin/video_0.m3u8?_HLS_msn=$((msn + 3))" || fail "$kind: the origin stands still"
  status=$(curl -s -m 10 -o /dev/null -w '%{http_code}' "$cache/$later")
  [ "$status" = 200 ] || fail "$kind: a 404 was kept: $status"
  status=$(curl -s -m 10 -o /dev/null -w '%{http_code}' "$cache/video_0.m3u8?_HLS_part=1")
  [ "$status" = 400 ] || fail "$kind: a part without a segment is answered $status"
}

check_headers() {
  curl -sf -m 10 -o /dev/null "$cache/audio_0.m3u8"
  curl -sf -m 10 -D "$work/headers" -o "$work/plain" "$cache/audio_0.m3u8"
  grep -qi '^access-control-expose-headers:.*age' "$work/headers" || fail "$kind: Age is not exposed"
  if [ "$kind" = varnish ]; then
    grep -qi '^age: [0-9]' "$work/headers" || fail "$kind: no Age"
  fi
  curl -sf -m 10 -D "$work/headers" -H 'Accept-Encoding: gzip' -o "$work/packed" "$cache/audio_0.m3u8"
  grep -qi '^content-encoding: gzip' "$work/headers" || fail "$kind: not packed"
  gzip -dc "$work/packed" | grep -q '^#EXTM3U' || fail "$kind: can't be unpacked"
  grep -q '^#EXTM3U' "$work/plain" || fail "$kind: packed for who can't unpack"
  status=$(curl -s -m 10 -o /dev/null -w '%{http_code}' -X OPTIONS "$cache/audio_0.m3u8")
  [ "$status" = 204 ] || fail "$kind: OPTIONS is answered $status"
  curl -sfI -m 10 "$cache/audio_0.m3u8" > /dev/null || fail "$kind: no HEAD"
}

# Half a target duration is what RFC 8216bis allows for; nginx counts whole
# seconds and may add one.
check_fresh() {
  curl -sf -m 10 -o /dev/null "$cache/video_0.m3u8"
  then=$(newest "$origin" | number)
  sleep 2.2
  now=$(newest "$cache" | number)
  [ "$now" -ge "$then" ] || fail "$kind: the playlist is old: $now instead of $then"
}

# The first origin can't be reached, or says what a twin says that lacks it.
check_failover() {
  stub=$(free_tcp_port 18400)
  mkdir -p "$work/stub"
  for status in none 404 503; do
    if [ "$status" != none ]; then
      cat > "$work/stub/nginx.conf" <<CONF
pid $work/stub/pid;
error_log $work/stub/error.log;
events { }
http {
  access_log off;
  client_body_temp_path $work/stub/a; proxy_temp_path $work/stub/b; fastcgi_temp_path $work/stub/c;
  uwsgi_temp_path $work/stub/d; scgi_temp_path $work/stub/e;
  server { listen 127.0.0.1:$stub; location / { return $status; } }
}
CONF
      nginx -p "$work/stub" -c "$work/stub/nginx.conf" -g 'daemon off; master_process off;' 2> /dev/null &
      caches="$caches $!"
      processes="$processes $!"
      until curl -s -o /dev/null "http://127.0.0.1:$stub/"; do sleep 0.1; done
    fi
    start_cache "$1" "127.0.0.1:$stub" "127.0.0.1:$port"
    for round in 1 2 3; do
      path=$(newest "$cache")
      [ -n "$path" ] || fail "$kind: no playlist when the first origin says $status"
      curl -sf -m 10 -o /dev/null "$cache/$path" || fail "$kind: no media when the first origin says $status"
      next=$(($(echo "$path" | number) + 1))
      curl -sf -m 10 -o /dev/null "$cache/video_0.m3u8?_HLS_msn=$next" ||
        fail "$kind: no held playlist when the first origin says $status"
    done
    stop_caches
    echo "$kind: goes on when the first origin says $status"
  done
}

for what in nginx varnish; do
  start_cache $what "127.0.0.1:$port" "127.0.0.1:$port"
  check_sharing
  check_media
  check_errors
  check_headers
  check_fresh
  stop_caches
  check_failover $what
done
