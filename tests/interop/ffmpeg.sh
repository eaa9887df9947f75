#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# ffmpeg reads the live stream, and decodes every segment of every rung without
# an error; the IDR times of all rungs are equal; losing the primary feed costs
# no frame.
. "$(dirname "$0")/lib.sh"
need ffmpeg ffprobe curl
need_elements x264enc avenc_aac avdec_h264 mpegtsmux tsdemux

clip=$(find_clip) || exit 1
echo "clip: ${clip##*/}"
start_chain --location "$work/out" --ladder "432p@1000k 288p@500k 144p@200k audio@128k"
url=http://127.0.0.1:$port/live.m3u8

tries=0
until curl -sf -m 10 "$url" > "$work/live.m3u8"; do
  kill -0 "$chain" 2> /dev/null || fail "the chain ended: $(cat "$work/chain.err")"
  [ $tries -lt 60 ] || fail "no multivariant playlist: $(tail -n 20 "$work/chain.log")"
  sleep 0.5
  tries=$((tries + 1))
done
cat "$work/live.m3u8"

timeout 60 ffmpeg -nostdin -v error -i "$url" -t 8 -f null - > "$work/live.err" 2>&1 ||
  fail "ffmpeg could not read the live stream: $(cat "$work/live.err")"
# "Skipping" is ffmpeg's note on a live playlist that moved on, not an error of
# the stream.
grep -vE 'skipping|Skip' "$work/live.err" > "$work/live.real" && fail "ffmpeg complains: $(cat "$work/live.real")"

kill -KILL "$feed_a"
sleep 8
end_chain

sed -nE 's/.*(redundantsrc-switch.*)/\1/p' "$work/chain.log"
stats=$(grep '^stats in ' "$work/chain.log")
echo "$stats"
case $stats in
  *'frames-missed=(guint64)0'*) ;;
  *) fail "frames were missed" ;;
esac

rungs=0
for playlist in "$work"/out/video_*.m3u8 "$work"/out/audio_*.m3u8; do
  [ -f "$playlist" ] || continue
  name=$(basename "$playlist" .m3u8)
  case $name in *-iframes) continue ;; esac
  rungs=$((rungs + 1))
  grep -q '^#EXT-X-ENDLIST' "$playlist" || fail "$name has no ENDLIST"
  init=$(sed -nE 's/^#EXT-X-MAP:URI="([^"]*)".*/\1/p' "$playlist" | head -n 1)
  segments=$(grep -v '^#' "$playlist" | grep .)
  [ -n "$init" ] && [ -n "$segments" ] || fail "$name lists no media"
  count=0
  for segment in $segments; do
    cat "$work/out/$init" "$work/out/$segment" > "$work/one.mp4" || fail "$name: $segment is not there"
    ffmpeg -nostdin -v error -xerror -i "$work/one.mp4" -f null - > "$work/one.err" 2>&1 ||
      fail "$name: $segment does not decode: $(cat "$work/one.err")"
    [ ! -s "$work/one.err" ] || fail "$name: $segment: $(cat "$work/one.err")"
    count=$((count + 1))
  done
  echo "$name: $count segments decoded without an error"
  case $name in
    video_*)
      (cd "$work/out" && cat "$init" $segments) > "$work/all.mp4"
      ffprobe -v error -select_streams v -show_entries packet=pts_time,flags -of csv=p=0 "$work/all.mp4" |
        awk -F, '$2 ~ /K/ { print $1 }' > "$work/$name.idr"
      ;;
  esac
done
[ $rungs -eq 4 ] || fail "$rungs renditions instead of 4"

idrs=$(wc -l < "$work/video_0.idr")
[ "$idrs" -ge 4 ] || fail "only $idrs IDRs"
for other in video_1 video_2; do
  cmp "$work/video_0.idr" "$work/$other.idr" || fail "the IDR times of $other differ from those of video_0"
done
echo "$idrs IDRs at equal times in all rungs"
