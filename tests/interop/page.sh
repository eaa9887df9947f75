#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# llhlssink's page plays in headless Chromium, by hls.js and by the browser's
# own HLS, and what it tells arrives in the element's messages.  With signed
# URLs hls.js plays as well, and nobody plays without a token.
. "$(dirname "$0")/lib.sh"
need node chromium gst-launch-1.0 openssl curl
need_elements x264enc avenc_aac
modules=$ONAIR_BUILD_DIR/interop
[ -d "$modules/node_modules/hls.js" ] && [ -d "$modules/node_modules/playwright-core" ] ||
  skip "hls.js and playwright-core are not installed (./onair test does it)"

# start_origin LOG PROPERTY ...: leaves $origin, $port
start_origin() {
  log=$1
  shift
  gst-launch-1.0 -m llhlssink name=hls port=0 target-duration=2000 part-duration=334 viewers-interval=500 "$@" \
    videotestsrc is-live=true ! video/x-raw,format=I420,width=320,height=180,framerate=25/1 ! \
    x264enc tune=zerolatency speed-preset=ultrafast key-int-max=50 ! video/x-h264,profile=baseline ! queue ! hls.video_0 \
    audiotestsrc is-live=true wave=silence ! audio/x-raw,rate=48000,channels=2 ! avenc_aac ! queue ! hls.audio_0 \
    > "$log" 2>&1 &
  origin=$!
  processes="$processes $origin"
  port='' tries=0
  while [ -z "$port" ]; do
    kill -0 $origin 2> /dev/null || fail "the origin ended: $(cat "$log")"
    [ $tries -lt 300 ] || fail "the origin is not listening: $(cat "$log")"
    sleep 0.1
    tries=$((tries + 1))
    port=$(sed -nE 's/.*llhlssink-listening.* port=\([a-z]+\)([0-9]+).*/\1/p' "$log" | head -n 1)
  done
}

query=''

# try_page LOG ENGINE PROPERTY ...
try_page() {
  log=$work/$1 engine=$2
  shift 2
  start_origin "$log" "$@"
  node "$(dirname "$0")/page.mjs" "$modules" "http://127.0.0.1:$port/$query" "$engine" || fail "the page does not play by $engine"
  [ -z "$query" ] || [ "$(curl -so "$work/none" -w '%{http_code}' "http://127.0.0.1:$port/live.m3u8")" = 403 ] ||
    fail "the stream is open without a token"
  told=$(grep -F 'llhlssink-viewers, sessions=(int)1' "$log" | tail -n 1)
  kill -KILL "$origin"
  [ -n "$told" ] || fail "the page told nothing: $(grep -F llhlssink-viewers "$log" | tail -n 1)"
  for figure in startup-p50 latency-p50; do
    value=$(echo "$told" | sed -nE "s/.* $figure=\\(gint64\\)(-?[0-9]+),.*/\\1/p")
    [ "${value:--1}" -gt 0 ] || fail "the page told no $figure: $told"
  done
}

try_page script.log hls.js "player-script=$modules/node_modules/hls.js/dist/hls.min.js"
try_page native.log 'native HLS'

echo "$(openssl rand -hex 32)" > "$work/secrets"
expiry=$(($(date +%s) + 600))
query="?token=$expiry-$(printf %s "$expiry" | openssl dgst -sha256 -hmac "$(cat "$work/secrets")" | sed 's/.* //')"
try_page token.log hls.js "player-script=$modules/node_modules/hls.js/dist/hls.min.js" "auth-secret-file=$work/secrets"
! grep -qF "${query#*-}" "$work/token.log" || fail "a token is in the log"
