#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The chain for ONAIR_SOAK_MINUTES (10) while its feeds are killed by turns:
# no frame is missed, memory does not grow, the origin answers all the time.
. "$(dirname "$0")/lib.sh"
[ -n "${ONAIR_TEST_LONG:-}" ] || skip "a long test; ./onair test --long runs it"
need ffmpeg ffprobe curl
need_elements x264enc avenc_aac avdec_h264 mpegtsmux tsdemux

clip=$(find_clip) || exit 1
# Each new connection has new threads, and glibc gives threads arenas of their
# own, which fragment: with one arena what grows is a leak.
export MALLOC_ARENA_MAX=1
start_chain --ladder "288p@500k 144p@200k audio@128k"
rss() { awk '/^VmRSS/ { print $2 }' "/proc/$chain/status"; }

end=$(($(date +%s) + 60 * ${ONAIR_SOAK_MINUTES:-10}))
sleep 60
early=$(rss)
turn=a
while [ "$(date +%s)" -lt $end ]; do
  eval "victim=\$feed_$turn"
  kill -KILL "$victim" 2> /dev/null
  sleep 15
  eval "start_feed \$srt_$turn; feed_$turn=\$!"
  sleep 30
  kill -0 "$chain" 2> /dev/null || fail "the chain ended: $(cat "$work/chain.err")"
  curl -sf -m 10 "http://127.0.0.1:$port/live.m3u8" > /dev/null || fail "the origin does not answer"
  if [ $turn = a ]; then turn=b; else turn=a; fi
done
late=$(rss)
end_chain
switches=$(grep -c 'redundantsrc-switch' "$work/chain.log")
stats=$(grep '^stats in ' "$work/chain.log")
echo "memory after a minute $early kB, at the end $late kB; $switches switch messages"
echo "$stats"
case $stats in
  *'frames-missed=(guint64)0'*) ;;
  *) fail "frames were missed" ;;
esac
[ "$late" -lt $((early * 12 / 10)) ] || fail "memory grew by more than 20 %"
