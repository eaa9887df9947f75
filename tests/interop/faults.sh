#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# hls.js plays, and onair-hls-check looks on, while the input fails: no fatal
# error, playback goes on at the live edge each time, no MUST is broken.  First
# sound, pictures and both are lost for a while, which hls.js gets over by
# itself.  Then, with the watchdog of docs/elements/llhlssink.md, the input is
# killed and restarted, falls silent in all renditions and in one, and comes back
# with another picture: ONAIR_FAULTS_ROUNDS (none; 12 with `./onair test --long`,
# ten minutes and more).
. "$(dirname "$0")/lib.sh"
need openssl
need_browser
need_elements llhlssink x264enc avenc_aac h264parse aacparse mpegtsmux tsdemux udpsrc
console=$ONAIR_BUILD_DIR/tests/examples/onair-console
check=$ONAIR_BUILD_DIR/tools/hls-check/onair-hls-check
[ -x "$check" ] || skip "onair-hls-check was not built"
rounds=0
[ -z "${ONAIR_TEST_LONG:-}" ] || rounds=12
rounds=${ONAIR_FAULTS_ROUNDS:-$rounds}

make_certificate
udp=$(free_udp_port 19100)
mkfifo "$work/desk"
exec 8<> "$work/desk"

# start_feed WIDTH HEIGHT: leaves $feed
start_feed() {
  "$console" "
    videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=$1,height=$2,framerate=25/1 !
      identity name=camera ! x264enc tune=zerolatency speed-preset=ultrafast bitrate=500 key-int-max=25 !
      h264parse config-interval=-1 ! queue ! mux.
    audiotestsrc is-live=true wave=silence samplesperbuffer=960 ! audio/x-raw,rate=48000,channels=2 !
      avenc_aac ! aacparse ! queue ! mux.
    mpegtsmux name=mux alignment=7 ! udpsink host=127.0.0.1 port=$udp" < /dev/null > "$work/feed.log" 2>&1 &
  feed=$!
  processes="$processes $feed"
}

kill_feed() {
  kill -KILL "$feed"
  wait "$feed" 2> /dev/null
}

end_feed() {
  kill -INT "$feed"
  wait "$feed" || fail "the feed ended with an error: $(tail -n 5 "$work/feed.log")"
}

# Both renditions have the same picture: what is tried is the switch.
"$console" "
  llhlssink name=hls port=0 target-duration=2000 part-duration=500 window=30000
    certificate-file=$work/cert.pem key-file=$work/key.pem audio_0::bandwidth=140000
    video_0::bandwidth=700000 video_1::bandwidth=600000
  udpsrc address=127.0.0.1 port=$udp caps=video/mpegts,systemstream=true buffer-size=2000000 ! tsdemux name=demux
  demux. ! h264parse ! valve name=video ! tee name=split
  split. ! queue ! valve name=best ! hls.video_0
  split. ! queue ! hls.video_1
  demux. ! aacparse ! valve name=audio ! queue ! hls.audio_0" < "$work/desk" > "$work/origin.log" 2>&1 &
origin=$!
processes="$processes $origin"
start_feed 640 360
wait_for_port "$work/origin.log" $origin
url=https://127.0.0.1:$port/live.m3u8

# watch SECONDS [OPTION ...]: a viewer and the checker, from the first picture on
watch() {
  seconds=$1
  shift
  rm -rf "$work/marks" "$work/profile" "$work/player.log"
  node "$(dirname "$0")/play.mjs" "$modules" "$url" "$work/profile" "$seconds" \
    "marks=$work/marks" recover=7000 "$@" > "$work/player.log" 2>&1 &
  player=$!
  processes="$processes $player"
  wait_for_pictures "$work/player.log" $player
  "$check" --duration "$seconds" --tolerance 2000 --insecure "$url" > "$work/report" 2> "$work/report.err" &
  checker=$!
  processes="$processes $checker"
  mark "nothing yet"
  sleep 4
}

# Both have come to their end.
judge() {
  wait $player
  status=$?
  wait $checker
  checked=$?
  cat "$work/player.log" "$work/report" "$work/report.err"
  sed -nE 's/.*(llhlssink-(gap|discontinuity|keyframes).*)/\1/p' "$work/origin.log" |
    sed -E 's/, (severity|summary|running-time|incident)=[^,]*//g' | tail -n 40
  kill -0 "$origin" 2> /dev/null || fail "the origin ended: $(tail -n 20 "$work/origin.log")"
  [ $status -eq 0 ] || fail "the viewer saw it; the origin said: $(grep -v '^hls: ' "$work/origin.log" | tail -n 20)"
  [ $checked -eq 0 ] || fail "the checker's exit status is $checked"
}

# lose SECONDS VALVE ...
lose() {
  pause=$1
  shift
  for valve; do echo "set $valve drop true" >&8; done
  sleep "$pause"
  for valve; do echo "set $valve drop false" >&8; done
}

watch 48
mark "there is no sound for 3 s"
lose 3 audio
sleep 8
mark "there are no pictures for 0.4 s"
lose 0.4 video
sleep 7
mark "there are no pictures for 1.3 s"
lose 1.3 video
sleep 9
mark "nothing comes for 4 s"
lose 4 video audio
sleep 11
judge
grep -q 'llhlssink-gap.*audio_0.*concealed=(boolean)true' "$work/origin.log" || fail "no sound was lost"

[ "$rounds" -gt 0 ] || exit 0
watch $((4 + rounds * 53)) watchdog=yes
round=0
while [ $round -lt "$rounds" ]; do
  round=$((round + 1))
  mark "the input is killed, and started again after 3 s"
  kill_feed
  sleep 3
  start_feed 640 360
  sleep 10
  mark "nothing comes for 4 s"
  lose 4 video audio
  sleep 10
  mark "nothing comes for the best rendition for 5 s"
  lose 5 best
  sleep 8
  mark "the encoder is restarted with another picture"
  end_feed
  if [ $((round % 2)) -eq 1 ]; then start_feed 480 270; else start_feed 640 360; fi
  sleep 13
done
judge
grep -q 'llhlssink-discontinuity' "$work/origin.log" || fail "the picture did not change"
grep -q 'llhlssink-gap.*video_0' "$work/origin.log" || fail "there was no gap"
