#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# onair-hls-check plays what a real llhlssink serves, for ONAIR_CHECK_SECONDS
# seconds (20; 600 with `./onair test --long`).
. "$(dirname "$0")/lib.sh"
need gst-launch-1.0
need_elements llhlssink x264enc avenc_aac h264parse
check=$ONAIR_BUILD_DIR/tools/hls-check/onair-hls-check
[ -x "$check" ] || skip "onair-hls-check was not built"
seconds=${ONAIR_CHECK_SECONDS:-20}
[ -z "${ONAIR_TEST_LONG:-}" ] || seconds=${ONAIR_CHECK_SECONDS:-600}

video='video/x-raw,format=I420,width=160,height=90,framerate=25/1 ! x264enc tune=zerolatency speed-preset=ultrafast bitrate=100 key-int-max=50 ! video/x-h264,profile=constrained-baseline'
# shellcheck disable=SC2086
gst-launch-1.0 -m -e llhlssink name=hls port=0 target-duration=2000 part-duration=500 window=20000 \
  videotestsrc is-live=true pattern=ball ! $video ! queue ! hls.video_0 \
  videotestsrc is-live=true pattern=ball ! $video ! queue ! hls.video_1 \
  audiotestsrc is-live=true wave=ticks ! audio/x-raw,rate=48000,channels=2 ! avenc_aac ! queue ! hls.audio_0 \
  > "$work/pipeline.log" 2>&1 &
pipeline=$!
processes="$processes $pipeline"
port='' tries=0
while [ -z "$port" ]; do
  kill -0 $pipeline 2> /dev/null || fail "the pipeline ended: $(cat "$work/pipeline.log")"
  [ $tries -lt 300 ] || fail "the origin is not listening: $(cat "$work/pipeline.log")"
  sleep 0.1
  tries=$((tries + 1))
  port=$(sed -nE 's/.*llhlssink-listening.* port=\([a-z]+\)([0-9]+).*/\1/p' "$work/pipeline.log" | head -n 1)
done
url=http://127.0.0.1:$port/live.m3u8

# Rules of time are for a machine that has time: a tolerance of two seconds.
"$check" --duration "$seconds" --tolerance 2000 "$url" > "$work/report" 2> "$work/report.err"
status=$?
cat "$work/report" "$work/report.err"
[ $status -eq 0 ] || fail "exit status $status"
grep -q 'held' "$work/report" || fail "no report"
judged=$(sed -nE 's/.*of ([0-9]+) rules that there was.*/\1/p' "$work/report")
[ "${judged:-0}" -ge 100 ] || fail "only ${judged:-0} rules were judged"

"$check" --duration 3 --json --tolerance 2000 "$url" > "$work/json" 2> /dev/null ||
  fail "with --json: exit status $?"
grep -q '"must":0' "$work/json" || fail "no JSON: $(cat "$work/json")"

# Who cannot be reached can't be checked.
kill -INT $pipeline
wait $pipeline
"$check" --duration 2 "$url" > "$work/gone" 2>&1
status=$?
[ $status -eq 2 ] || fail "a dead origin gives $status: $(cat "$work/gone")"
"$check" > /dev/null 2>&1
[ $? -eq 2 ] || fail "no URL is no usage error"
echo "ok"
