#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Two llhlssink with epoch-lock=pts and one MPEG-TS, started 3.7 s apart, behind
# a caching nginx: hls.js plays on while one is killed, comes back, and the
# other is killed, ONAIR_TWINS_ROUNDS times (1; 12 with `./onair test --long`).
. "$(dirname "$0")/lib.sh"
need nginx curl
need_browser
need_elements llhlssink mpegtsclock x264enc avenc_aac h264parse aacparse mpegtsmux tsdemux udpsrc
console=$ONAIR_BUILD_DIR/tests/examples/onair-console
rounds=1
[ -z "${ONAIR_TEST_LONG:-}" ] || rounds=12
rounds=${ONAIR_TWINS_ROUNDS:-$rounds}
cache=''
trap 'kill -TERM $cache 2> /dev/null; stop_all' EXIT

free_tcp_port() {
  candidate=$1
  while grep -qE "^ *[0-9]+: [0-9A-F]+:$(printf '%04X' "$candidate") " /proc/net/tcp /proc/net/tcp6; do
    candidate=$((candidate + 1))
  done
  echo "$candidate"
}

udp_a=$(free_udp_port 19200)
udp_b=$(free_udp_port $((udp_a + 1)))
port_a=$(free_tcp_port 18600)
port_b=$(free_tcp_port $((port_a + 1)))
front=$(free_tcp_port $((port_b + 1)))

"$console" "
  videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=480,height=270,framerate=25/1 !
    identity name=camera ! x264enc tune=zerolatency speed-preset=ultrafast bitrate=400 key-int-max=25 !
    h264parse config-interval=-1 ! queue ! mux.
  audiotestsrc is-live=true wave=silence samplesperbuffer=960 ! audio/x-raw,rate=48000,channels=2 !
    avenc_aac ! aacparse ! queue ! mux.
  mpegtsmux name=mux alignment=7 ! multiudpsink clients=127.0.0.1:$udp_a,127.0.0.1:$udp_b" \
  < /dev/null > "$work/feed.log" 2>&1 &
processes="$processes $!"

# start_twin NAME: leaves $twin
start_twin() {
  eval "udp=\$udp_$1 tcp=\$port_$1"
  "$console" "
    llhlssink name=hls port=$tcp epoch-lock=pts epoch-offset=0 target-duration=2000 part-duration=500 window=30000
      video_0::bandwidth=700000 audio_0::bandwidth=140000 state-file=$work/state-$1
    udpsrc address=127.0.0.1 port=$udp caps=video/mpegts,systemstream=true buffer-size=2000000 !
      mpegtsclock ! tsdemux name=demux
    demux. ! h264parse ! queue ! hls.video_0
    demux. ! aacparse ! queue ! hls.audio_0" < /dev/null > "$work/twin-$1.log" 2>&1 &
  twin=$!
  processes="$processes $twin"
}

kill_twin() {
  eval "victim=\$twin_$1"
  kill -KILL "$victim"
  wait "$victim" 2> /dev/null
}

start_twin a
twin_a=$twin
sleep 3.7
start_twin b
twin_b=$twin
for name in a b; do
  eval "tcp=\$port_$name"
  curl -s --retry 30 --retry-connrefused --retry-delay 1 -m 30 -o /dev/null "http://127.0.0.1:$tcp/live.m3u8" ||
    fail "twin $name is not listening: $(cat "$work/twin-$name.log")"
done
sed -e "s,@PREFIX@,$work,; s,@PORT@,127.0.0.1:$front,; s,@ORIGIN_A@,127.0.0.1:$port_a,; s,@ORIGIN_B@,127.0.0.1:$port_b," \
  "$(dirname "$0")/nginx-cache.conf.in" > "$work/nginx.conf"
nginx -p "$work" -c "$work/nginx.conf" -g 'daemon off; master_process off;' > "$work/nginx.out" 2>&1 &
cache=$!
processes="$processes $cache"
# Both begin with the whole segments of the same numbers.
sleep 4

seconds=$((5 + rounds * 36))
node "$(dirname "$0")/play.mjs" "$modules" "http://127.0.0.1:$front/live.m3u8" "$work/profile" "$seconds" \
  "marks=$work/marks" recover=7000 freeze=1000 > "$work/player.log" 2>&1 &
player=$!
processes="$processes $player"
wait_for_pictures "$work/player.log" $player
mark "nothing yet"
sleep 5
round=0
while [ $round -lt "$rounds" ]; do
  round=$((round + 1))
  for name in a b; do
    mark "twin $name is killed"
    kill_twin $name
    sleep 6
    mark "twin $name is started again"
    start_twin $name
    eval "twin_$name=$twin"
    sleep 12
  done
done
wait $player
status=$?
cat "$work/player.log"
awk '{ print $1, $2 }' "$work/access.log" | sort | uniq -c | sort -rn | head -n 12
sed -E 's/.*\[(error|warn)\] [0-9#*]+: //; s/, client.*request: "/ /; s/\?.*//' "$work/error.log" |
  sort | uniq -c | sort -rn | head -n 6
[ $status -eq 0 ] || fail "the viewer saw it: $(grep -vE '" (0|-)|^(200|206)' "$work/access.log" | tail -n 15)"
