#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The process with llhlssink is killed and started again with its state-file and
# window-location: hls.js plays on by itself, media sequence, discontinuity
# sequence and segment numbers never go back.  ONAIR_RESTART_ROUNDS (1; 20 with
# `./onair test --long`).
. "$(dirname "$0")/lib.sh"
need curl
need_browser
need_elements llhlssink x264enc avenc_aac
rounds=1
[ -z "${ONAIR_TEST_LONG:-}" ] || rounds=20
rounds=${ONAIR_RESTART_ROUNDS:-$rounds}

tcp=18700
while grep -qE "^ *[0-9]+: [0-9A-F]+:$(printf '%04X' "$tcp") " /proc/net/tcp /proc/net/tcp6; do
  tcp=$((tcp + 1))
done
url=http://127.0.0.1:$tcp
mkdir "$work/window"

start_origin() {
  "$ONAIR_BUILD_DIR/tests/examples/onair-console" "
    llhlssink name=hls port=$tcp target-duration=2000 part-duration=500 window=30000
      state-file=$work/state window-location=$work/window
    videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=480,height=270,framerate=25/1 !
      identity name=camera ! x264enc tune=zerolatency speed-preset=ultrafast bitrate=400 key-int-max=25 !
      video/x-h264,profile=constrained-baseline ! queue ! hls.video_0
    audiotestsrc is-live=true wave=silence samplesperbuffer=960 ! audio/x-raw,rate=48000,channels=2 !
      avenc_aac ! queue ! hls.audio_0" < /dev/null >> "$work/origin.log" 2>&1 &
  origin=$!
  processes="$processes $origin"
}

# What may only grow, as "MEDIA-SEQUENCE NEXT DISCONTINUITIES" of all playlists
# that were to be had.
watch_numbers() {
  while sleep 0.4; do
    for name in video_0 audio_0; do
      curl -sf -m 10 "$url/$name.m3u8" | tr -d '\r' | awk -v name=$name '
        sub(/^#EXT-X-MEDIA-SEQUENCE:/, "") { first = $0 }
        sub(/^#EXT-X-DISCONTINUITY-SEQUENCE:/, "") { before = $0 }
        /^#EXT-X-DISCONTINUITY$/ { within++ }
        /^#EXTINF/ { count++ }
        END { if (first != "") print name, first, first + count, before, before + within }' >> "$work/numbers"
    done
  done
}

# Else hls.js gives up after two refused connections, 2 s.
patient='{"playlistLoadPolicy":{"default":{"maxTimeToFirstByteMs":10000,"maxLoadTimeMs":20000,
  "timeoutRetry":{"maxNumRetry":20,"retryDelayMs":0,"maxRetryDelayMs":0},
  "errorRetry":{"maxNumRetry":20,"retryDelayMs":500,"maxRetryDelayMs":1000}}}}'
start_origin
wait_for_port "$work/origin.log" $origin
seconds=$((6 + rounds * 20))
node "$(dirname "$0")/play.mjs" "$modules" "$url/live.m3u8" "$work/profile" "$seconds" \
  "config=$patient" "marks=$work/marks" watchdog=yes recover=7000 > "$work/player.log" 2>&1 &
player=$!
processes="$processes $player"
watch_numbers &
processes="$processes $!"
wait_for_pictures "$work/player.log" $player
mark "nothing yet"
sleep 6
round=0
while [ $round -lt "$rounds" ]; do
  round=$((round + 1))
  mark "the origin is killed, and started again after 2 s"
  kill -KILL "$origin"
  wait "$origin" 2> /dev/null
  sleep 2
  start_origin
  sleep 18
done
wait $player
status=$?
cat "$work/player.log"
kill -0 "$origin" 2> /dev/null || fail "the origin ended: $(tail -n 20 "$work/origin.log")"
awk '
  { for (i = 2; i <= NF; i++) {
      if ($i + 0 < last[$1, i] + 0) { print "went back: " $0 ", was " last[$1, i]; bad = 1 }
      last[$1, i] = $i
    }
    n++
  }
  END { print n " playlists; the last ones: " $0; exit bad || n < 20 }' "$work/numbers" || fail "numbers went back"
discontinuities=$(tail -n 1 "$work/numbers" | awk '{ print $5 }')
[ "$discontinuities" -ge "$rounds" ] || fail "$discontinuities discontinuities in $rounds restarts"
[ $status -eq 0 ] || fail "the viewer saw it; the origin said: $(grep -v '^hls: ' "$work/origin.log" | tail -n 20)"
