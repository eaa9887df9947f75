#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The process with llhlssink is killed and started again with its state-file, and
# sound for which no silence can be made (FLAC) is lost within a segment:
# llhlssink's own page with hls.js plays on by itself, without a fatal error and
# without being loaded again.  With `./onair test --long` the second time it is
# away for longer than players wait.
. "$(dirname "$0")/lib.sh"
need curl
need_browser
need_elements llhlssink x264enc flacenc

tcp=18800
while grep -qE "^ *[0-9]+: [0-9A-F]+:$(printf '%04X' "$tcp") " /proc/net/tcp /proc/net/tcp6; do
  tcp=$((tcp + 1))
done
mkfifo "$work/console"

start_origin() {
  "$ONAIR_BUILD_DIR/tests/examples/onair-console" "
    llhlssink name=hls port=$tcp target-duration=2000 part-duration=500 state-file=$work/state
      player-script=$modules/node_modules/hls.js/dist/hls.min.js
    videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=480,height=270,framerate=25/1 !
      valve name=camera-cut ! x264enc tune=zerolatency speed-preset=ultrafast bitrate=400 key-int-max=25 !
      video/x-h264,profile=constrained-baseline ! queue ! hls.video_0
    audiotestsrc is-live=true wave=silence samplesperbuffer=960 ! audio/x-raw,format=S16LE,rate=48000,channels=2 !
      valve name=sound-cut ! flacenc blocksize=960 ! queue ! hls.audio_0" < "$work/console" >> "$work/origin.log" 2>&1 &
  origin=$!
  processes="$processes $origin"
  exec 3> "$work/console"
}

# restart SECONDS
restart() {
  mark "the origin is killed, and started again after $1 s"
  kill -KILL "$origin"
  wait "$origin" 2> /dev/null
  exec 3>&-
  sleep "$1"
  start_origin
  sleep 14
}

seconds=46
[ -z "${ONAIR_TEST_LONG:-}" ] || seconds=68
start_origin
wait_for_port "$work/origin.log" $origin
node "$(dirname "$0")/page-restart.mjs" "$modules" "http://127.0.0.1:$tcp/" $seconds "$work/marks" no > "$work/player.log" 2>&1 &
player=$!
processes="$processes $player"
wait_for_pictures "$work/player.log" $player
mark "nothing yet"
sleep 6
restart 2
[ -z "${ONAIR_TEST_LONG:-}" ] || restart 8
# At any place of a segment of 2 s.
mark "the sound is lost for 1.2 s, three times"
for pause in 3.2 3.7 3.4; do
  echo "set sound-cut drop true" >&3
  sleep 1.2
  echo "set sound-cut drop false" >&3
  sleep $pause
  curl -s -m 10 "http://127.0.0.1:$tcp/audio_0.m3u8" >> "$work/audio.m3u8"
done
wait $player
status=$?
cat "$work/player.log"
grep -q '^#EXT-X-PART:.*GAP=YES' "$work/audio.m3u8" || fail "no part was lost: $(cat "$work/audio.m3u8")"
kill -0 "$origin" 2> /dev/null || fail "the origin ended: $(tail -n 20 "$work/origin.log")"
[ $status -eq 0 ] || fail "the viewer saw it; the origin said: $(grep -v '^hls: ' "$work/origin.log" | tail -n 20)"
