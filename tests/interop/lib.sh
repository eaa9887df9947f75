# SPDX-License-Identifier: LGPL-2.1-or-later
# For the shell scripts beside it: a chain of real processes with real media.
# Sourced; wants ONAIR_BUILD_DIR, leaves $work (a folder) and stops all at exit.
set -u
# Debian puts servers where only root looks.
PATH=$PATH:/usr/sbin:/sbin
work=$(mktemp -d)
processes=''

skip() {
  echo "SKIP: $*"
  exit 77
}

fail() {
  echo "FAILED: $*"
  exit 1
}

need() {
  for program; do
    command -v "$program" > /dev/null || skip "$program is not installed"
  done
}

need_elements() {
  for element; do
    gst-inspect-1.0 "$element" > /dev/null 2>&1 || skip "the element $element is not installed"
  done
}

stop_all() {
  for process in $processes; do
    kill -KILL "$process" 2> /dev/null
  done
  wait
  rm -rf "$work"
}
trap stop_all EXIT
trap 'exit 1' INT TERM HUP

free_udp_port() {
  candidate=$1
  while grep -qE "^ *[0-9]+: [0-9A-F]+:$(printf '%04X' "$candidate") " /proc/net/udp /proc/net/udp6; do
    candidate=$((candidate + 1))
  done
  echo "$candidate"
}

# The clip to send: the lightest one of the media folder, else one made here.
find_clip() {
  best='' best_load=''
  for file in "${ONAIR_TEST_MEDIA:-/nonexistent}"/*.mp4; do
    [ -f "$file" ] || continue
    load=$(ffprobe -v error -select_streams v:0 -show_entries stream=width,height,avg_frame_rate \
      -of csv=p=0 "$file" | awk -F, '{ split($3, r, "/"); printf "%d", $1 * $2 * r[1] / r[2] }')
    if [ -z "$best" ] || [ "$load" -lt "$best_load" ]; then
      best=$file best_load=$load
    fi
  done
  if [ -z "$best" ]; then
    best=$work/clip.mp4
    ffmpeg -v error -f lavfi -i testsrc2=size=768x432:rate=25 -f lavfi -i sine=frequency=440:sample_rate=48000 \
      -t 10 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac -y "$best" || fail "no clip could be made"
  fi
  echo "$best"
}

# start_chain ARGUMENT ...: leaves $chain, $port, $feed_a, $feed_b
start_chain() {
  srt_a=$(free_udp_port 17101)
  srt_b=$(free_udp_port $((srt_a + 1)))
  "$ONAIR_BUILD_DIR/tests/examples/onair-chain" --raw --port 0 "$@" \
    "bondedsrt://:$srt_a" "bondedsrt://:$srt_b" > "$work/chain.log" 2> "$work/chain.err" &
  chain=$!
  processes="$processes $chain"
  start_feed "$srt_a"
  feed_a=$!
  start_feed "$srt_b"
  feed_b=$!
  port=''
  tries=0
  while [ -z "$port" ]; do
    kill -0 $chain 2> /dev/null || fail "the chain ended: $(cat "$work/chain.err")"
    [ $tries -lt 300 ] || fail "the origin is not listening: $(cat "$work/chain.log" "$work/chain.err")"
    sleep 0.1
    tries=$((tries + 1))
    port=$(sed -nE 's/.*llhlssink-listening.* port=\([a-z]+\)([0-9]+).*/\1/p' "$work/chain.log" | head -n 1)
  done
}

start_feed() {
  "$ONAIR_BUILD_DIR/tests/examples/onair-feed" --clock-strip --links "srt://127.0.0.1:$1 srt://127.0.0.1:$1" "$clip" \
    > /dev/null 2>> "$work/feeds.err" &
  processes="$processes $!"
}

# End the stream as an operator would, and wait for it.
end_chain() {
  kill -INT "$chain"
  wait "$chain" || fail "the chain ended with an error: $(cat "$work/chain.err")"
}

# need_browser: leaves $modules
need_browser() {
  need node chromium
  modules=$ONAIR_BUILD_DIR/interop
  [ -d "$modules/node_modules/hls.js" ] && [ -d "$modules/node_modules/playwright-core" ] ||
    skip "hls.js and playwright-core are not installed (./onair test does it)"
}

# wait_for_port LOG PROCESS: leaves $port, that of the newest llhlssink of LOG
wait_for_port() {
  port='' tries=0
  while [ -z "$port" ]; do
    kill -0 "$2" 2> /dev/null || fail "the origin ended: $(tail -n 20 "$1")"
    [ $tries -lt 300 ] || fail "the origin is not listening: $(tail -n 20 "$1")"
    sleep 0.1
    tries=$((tries + 1))
    port=$(sed -nE 's/.*llhlssink-listening.* port=\([a-z]+\)([0-9]+).*/\1/p' "$1" | tail -n 1)
  done
}

# wait_for_pictures LOG PROCESS: the player of play.mjs shows something
wait_for_pictures() {
  tries=0
  until grep -qs '^playing' "$1"; do
    kill -0 "$2" 2> /dev/null || fail "the player ended: $(cat "$1")"
    [ $tries -lt 900 ] || fail "nothing is played: $(cat "$1")"
    sleep 0.1
    tries=$((tries + 1))
  done
}

# mark WHAT ...: for play.mjs's marks
mark() {
  echo "$(date +%s%3N) $*" >> "$work/marks"
}

# make_certificate: leaves $work/cert.pem and $work/key.pem
make_certificate() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "$work/key.pem" -out "$work/cert.pem" \
    2> "$work/openssl.err" || fail "no certificate: $(cat "$work/openssl.err")"
}
