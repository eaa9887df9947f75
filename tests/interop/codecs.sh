#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# ffmpeg decodes each codec from the live origin without an error, and finds in
# it what the multivariant playlist promises.
. "$(dirname "$0")/lib.sh"
need ffmpeg ffprobe curl gst-launch-1.0

video='videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=160,height=90,framerate=25/1'
audio='audiotestsrc is-live=true ! audio/x-raw,rate=48000,channels=2'

# start_origin SOURCE PAD: leaves $origin and $port
start_origin() {
  # shellcheck disable=SC2086
  gst-launch-1.0 -m llhlssink name=hls port=0 target-duration=1000 part-duration=200 \
    $1 ! "hls.$2" > "$work/origin.log" 2>&1 &
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
}

tried=0
# check NAME ELEMENT CODEC TAG PAD SOURCE
check() {
  gst-inspect-1.0 "$2" > /dev/null 2>&1 || {
    echo "SKIP $1: the element $2 is not installed"
    return
  }
  start_origin "$6" "$5"
  url=http://127.0.0.1:$port/live.m3u8
  curl -sf -m 30 "http://127.0.0.1:$port/$5.m3u8" > /dev/null || fail "$1: no playlist: $(cat "$work/origin.log")"
  timeout 60 ffmpeg -nostdin -v error -i "$url" -t 4 -f null - > "$work/live.err" 2>&1 ||
    fail "$1: ffmpeg could not read it: $(cat "$work/live.err")"
  # "Skipping" is ffmpeg's note on a live playlist that moved on.
  grep -vE 'skipping|Skip' "$work/live.err" > "$work/live.real" && fail "$1: ffmpeg complains: $(cat "$work/live.real")"
  found=$(timeout 60 ffprobe -v error -show_entries stream=codec_name,codec_tag_string -of csv=p=0 "$url" | grep . |
    sed -n '1s/,*$//p')
  [ "$found" = "$3,$4" ] || fail "$1: ffprobe finds $found instead of $3,$4"
  kill -INT "$origin"
  wait "$origin"
  tried=$((tried + 1))
  echo "$1: $found, decoded without an error"
}

check H.264 x264enc h264 avc1 video_0 "$video ! x264enc speed-preset=ultrafast tune=zerolatency key-int-max=25"
check H.265 x265enc hevc hvc1 video_0 "$video ! x265enc speed-preset=ultrafast tune=zerolatency key-int-max=25"
check AV1 av1enc av1 av01 video_0 "$video ! av1enc cpu-used=8 usage-profile=realtime keyframe-max-dist=25"
check AAC avenc_aac aac mp4a audio_0 "$audio ! avenc_aac"
check Opus opusenc opus Opus audio_0 "$audio ! opusenc"
check AC-3 avenc_ac3 ac3 ac-3 audio_0 "$audio ! avenc_ac3"
check E-AC-3 avenc_eac3 eac3 ec-3 audio_0 "$audio ! avenc_eac3"
check FLAC flacenc flac fLaC audio_0 "$audio ! flacenc"
[ $tried -gt 0 ] || skip "no encoder is installed"
