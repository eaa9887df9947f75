#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Players that know nothing of us play llhlssink's stream: GStreamer's hlsdemux2
# and Chromium's own HLS player (hls.js and ffmpeg have scripts of their own).
. "$(dirname "$0")/lib.sh"
need curl
need_elements x264enc avenc_aac avdec_h264

gst-launch-1.0 -m llhlssink name=hls port=0 target-duration=2000 part-duration=200 \
  videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=320,height=180,framerate=25/1 ! \
  x264enc tune=zerolatency speed-preset=ultrafast bitrate=300 key-int-max=50 ! video/x-h264,profile=high ! \
  queue ! hls.video_0 \
  audiotestsrc is-live=true wave=ticks ! audio/x-raw,rate=48000,channels=2 ! avenc_aac ! queue ! hls.audio_0 \
  > "$work/origin.log" 2>&1 &
origin=$!
processes="$processes $origin"
port=''
tries=0
while [ -z "$port" ]; do
  kill -0 $origin 2> /dev/null || fail "the origin ended: $(cat "$work/origin.log")"
  [ $tries -lt 300 ] || fail "the origin is not listening: $(cat "$work/origin.log")"
  sleep 0.1
  tries=$((tries + 1))
  port=$(sed -nE 's/.*llhlssink-listening.* port=\([a-z]+\)([0-9]+).*/\1/p' "$work/origin.log" | head -n 1)
done
url=http://127.0.0.1:$port/live.m3u8

# Players without parts begin three segments behind the end.
tries=0
until [ "$(curl -sf -m 10 "http://127.0.0.1:$port/video_0.m3u8" | grep -c '^#EXTINF')" -ge 4 ]; do
  kill -0 $origin 2> /dev/null || fail "the origin ended: $(cat "$work/origin.log")"
  [ $tries -lt 120 ] || fail "no four segments"
  sleep 0.5
  tries=$((tries + 1))
done

if gst-inspect-1.0 hlsdemux2 > /dev/null 2>&1; then
  gst-launch-1.0 -v uridecodebin3 uri="$url" name=player ! videoconvert ! \
    fpsdisplaysink text-overlay=false video-sink=fakesink sync=true player. ! audioconvert ! fakesink sync=true \
    > "$work/hlsdemux2.log" 2>&1 &
  player=$!
  processes="$processes $player"
  tries=0 shown=0
  until [ "${shown:-0}" -ge 200 ]; do
    kill -0 $player 2> /dev/null || fail "hlsdemux2 ended: $(tail -n 20 "$work/hlsdemux2.log")"
    [ $tries -lt 180 ] || fail "hlsdemux2 showed ${shown:-0} pictures: $(tail -n 20 "$work/hlsdemux2.log")"
    sleep 0.5
    tries=$((tries + 1))
    shown=$(sed -nE 's/.*rendered: ([0-9]+),.*/\1/p' "$work/hlsdemux2.log" | tail -n 1)
  done
  kill $player
  ! grep -E 'ERROR|CRITICAL' "$work/hlsdemux2.log" || fail "hlsdemux2 complains"
  echo "hlsdemux2: $shown pictures and their sound"
else
  echo "hlsdemux2 is not installed, left out"
fi

modules=$ONAIR_BUILD_DIR/interop
if command -v node > /dev/null && command -v chromium > /dev/null && [ -d "$modules/node_modules/playwright-core" ]; then
  node "$(dirname "$0")/native.mjs" "$modules" "http://127.0.0.1:$port/" 12 ||
    fail "Chromium's own player; the origin said: $(tail -n 5 "$work/origin.log")"
else
  echo "Chromium or playwright-core is not installed, left out"
fi
