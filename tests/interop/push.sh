#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# llhlssink pushes to a real nginx (WebDAV), which is killed in mid-stream and
# started again: afterwards the playlist is right, every segment that it lists
# and that is no gap is there and decodes, and ffmpeg plays it.
. "$(dirname "$0")/lib.sh"
need curl gst-launch-1.0 nginx ffmpeg
need_elements llhlssink x264enc avenc_aac
nginx -V 2>&1 | grep -q http_dav_module || skip "nginx has no WebDAV"

server=''
trap 'kill -TERM $server 2> /dev/null; stop_all' EXIT

port=18500
while grep -qE "^ *[0-9]+: [0-9A-F]+:$(printf '%04X' "$port") " /proc/net/tcp /proc/net/tcp6; do
  port=$((port + 1))
done
mkdir -p "$work/www/in" "$work/tmp"
# user: secret1
printf 'user:{PLAIN}secret1\n' > "$work/users"
cat > "$work/nginx.conf" <<CONF
pid $work/nginx.pid;
error_log $work/nginx.err;
events { }
http {
  log_format order '\$request_method \$uri \$status \$connection';
  access_log $work/nginx.log order;
  client_body_temp_path $work/tmp/a; proxy_temp_path $work/tmp/b; fastcgi_temp_path $work/tmp/c;
  uwsgi_temp_path $work/tmp/d; scgi_temp_path $work/tmp/e;
  server {
    listen 127.0.0.1:$port;
    root $work/www;
    types { application/vnd.apple.mpegurl m3u8; video/mp4 m4s mp4; }
    location /in/ {
      dav_methods PUT DELETE;
      create_full_put_path on;
      client_max_body_size 64m;
      limit_except GET HEAD { auth_basic ingest; auth_basic_user_file $work/users; }
    }
  }
}
CONF

start_server() {
  nginx -p "$work" -c "$work/nginx.conf" -g 'daemon off; master_process off;' 2>> "$work/nginx.out" &
  server=$!
  processes="$processes $server"
}

# The media that $1 lists and that is no gap.
listed_media() {
  awk '/^#EXT-X-GAP/ { gap = 1 } /^[^#]/ { if (!gap) print; gap = 0 }' "$1"
}

start_server
gst-launch-1.0 -e -m llhlssink name=hls port=-1 target-duration=1000 window=9000 \
  push-url="http://user:secret1@127.0.0.1:$port/in/" \
  videotestsrc is-live=true num-buffers=750 pattern=ball ! video/x-raw,format=I420,width=320,height=180,framerate=25/1 ! \
    x264enc tune=zerolatency speed-preset=ultrafast bitrate=300 key-int-max=25 ! queue ! hls.video_0 \
  audiotestsrc is-live=true num-buffers=1300 ! audio/x-raw,rate=48000,channels=2,layout=interleaved ! \
    avenc_aac ! queue ! hls.audio_0 > "$work/push.log" 2>&1 &
pipeline=$!
processes="$processes $pipeline"

tries=0
until [ -f "$work/www/in/live.m3u8" ]; do
  kill -0 $pipeline 2> /dev/null || fail "the pipeline ended: $(tail -n 5 "$work/push.log")"
  [ $tries -lt 300 ] || fail "nothing was pushed: $(cat "$work/nginx.log" "$work/nginx.err")"
  sleep 0.1
  tries=$((tries + 1))
done
sleep 3
# Nobody may read what should be sent; who sends has to have the key.
status=$(curl -s -o /dev/null -w '%{http_code}' -X PUT -d x "http://127.0.0.1:$port/in/x")
[ "$status" = 401 ] || fail "the server lets everybody write: $status"

kill -KILL "$server"
wait "$server" 2> /dev/null
cp "$work/www/in/video_0.m3u8" "$work/before.m3u8"
sleep 7
start_server
tries=0
until grep -aq 'llhlssink-push.*state=(string)close' "$work/push.log"; do
  [ $tries -lt 200 ] || fail "pushing did not go on: $(grep -a llhlssink-push "$work/push.log")"
  sleep 0.1
  tries=$((tries + 1))
done
grep -a 'llhlssink-push' "$work/push.log" | sed -E 's/.*(llhlssink-push.*)/\1/'
grep -aq secret1 "$work/push.log" && fail "the password is told"

for name in video_0 audio_0; do
  # The playlist comes behind the first media.
  tries=0
  until [ "$(tail -n 1 "$work/www/in/$name.m3u8")" != "$(tail -n 1 "$work/before.m3u8")" ]; do
    [ $tries -lt 100 ] || fail "$name is still the old one"
    sleep 0.1
    tries=$((tries + 1))
  done
  cp "$work/www/in/$name.m3u8" "$work/$name.now"
  echo "$name: $(grep -c '^#EXT-X-GAP' "$work/$name.now") gaps from 7 s without a server"
  for path in $(listed_media "$work/$name.now"); do
    [ -f "$work/www/in/$path" ] || fail "$name lists $path, which is not there"
  done
done
timeout 60 ffmpeg -nostdin -v error -i "http://127.0.0.1:$port/in/live.m3u8" -t 3 -f null - > "$work/live.err" 2>&1 ||
  fail "ffmpeg could not play: $(cat "$work/live.err")"

wait $pipeline || fail "the pipeline ended with an error: $(tail -n 5 "$work/push.log")"
for name in video_0 audio_0; do
  playlist=$work/www/in/vod-$name.m3u8
  [ -f "$playlist" ] || fail "there is no VOD playlist of $name"
  grep -q '^#EXT-X-ENDLIST' "$work/www/in/$name.m3u8" || fail "$name has no ENDLIST"
  init=$(sed -nE 's/^#EXT-X-MAP:URI="([^"]*)".*/\1/p' "$playlist" | head -n 1)
  count=0
  for path in $(listed_media "$playlist"); do
    cat "$work/www/in/$init" "$work/www/in/$path" > "$work/one.mp4" || fail "$path is not there"
    ffmpeg -nostdin -v error -xerror -i "$work/one.mp4" -f null - > "$work/one.err" 2>&1 ||
      fail "$path does not decode: $(cat "$work/one.err")"
    count=$((count + 1))
  done
  echo "$name: $count segments decoded"
  [ $count -ge 6 ] || fail "only $count segments of $name"
done
used=$(awk '$1 == "PUT" { print $4 }' "$work/nginx.log" | sort -u | wc -l)
puts=$(grep -c '^PUT' "$work/nginx.log")
deletes=$(grep -c '^DELETE' "$work/nginx.log")
echo "$puts PUT over $used connections, $deletes DELETE"
[ "$deletes" -ge 4 ] || fail "what has expired is not deleted"
[ "$used" -le 12 ] || fail "connections are not used again"
