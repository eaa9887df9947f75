#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# hls.js in headless Chromium plays the chain while the primary feed is killed.
. "$(dirname "$0")/lib.sh"
need ffmpeg ffprobe node chromium
need_elements x264enc avenc_aac avdec_h264 mpegtsmux tsdemux
[ -d "$ONAIR_BUILD_DIR/interop/node_modules/hls.js" ] && [ -d "$ONAIR_BUILD_DIR/interop/node_modules/playwright-core" ] ||
  skip "hls.js and playwright-core are not installed (./onair test does it)"

clip=$(find_clip) || exit 1
echo "clip: ${clip##*/}"
start_chain --ladder "432p@1000k 288p@500k 144p@200k audio@128k"
node "$(dirname "$0")/browser.mjs" "$ONAIR_BUILD_DIR/interop" "http://127.0.0.1:$port/live.m3u8" "$feed_a" \
  "${ONAIR_TEST_SECONDS:-40}" "$work/profile"
status=$?
end_chain
sed -nE 's/.*(redundantsrc-switch.*)/\1/p' "$work/chain.log"
grep '^stats in ' "$work/chain.log"
[ $status -eq 0 ] || fail "the viewer saw it; the chain said: $(cat "$work/chain.log" "$work/chain.err" "$work/feeds.err")"
case $(grep '^stats in ' "$work/chain.log") in
  *'frames-missed=(guint64)0'*) ;;
  *) fail "frames were missed" ;;
esac

# What the origin made of the player's CMCD.
viewers() {
  sed -nE "s/^stats origin .* viewers-$1=\([a-z0-9]+\)(-?[0-9]+)[,;].*/\1/p" "$work/chain.log"
}
ms() {
  echo $(($1 / 1000000))
}
[ "$(viewers sessions-total)" = 1 ] || fail "the origin saw $(viewers sessions-total) sessions, not 1"
echo "origin: start-up $(ms "$(viewers startup-p50)") ms, latency $(ms "$(viewers latency-p50)") ms," \
  "buffer $(ms "$(viewers buffer-p50)") ms, bitrate $(viewers bitrate-bps) bit/s, rebuffers $(viewers rebuffers)"
[ "$(viewers startup-p50)" -gt 0 ] || fail "no start-up time was told"
[ "$(viewers latency-p50)" -gt 500000000 ] && [ "$(viewers latency-p50)" -lt 10000000000 ] ||
  fail "the latency told is $(viewers latency-p50) ns"
[ "$(viewers bitrate-bps)" -gt 0 ] || fail "no bitrate was told"
[ "$(viewers rebuffers)" = 0 ] || fail "$(viewers rebuffers) rebuffers were told, the player saw none"
