#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every gst-launch-1.0 line of README.md and of the elements' pages works as
# printed: it runs for some seconds, ends at SIGINT and reports no error.  Only
# the ports are others when theirs are taken.  Lines of openssl and printf, which
# make the files for them, come first.
. "$(dirname "$0")/lib.sh"
need gst-launch-1.0 openssl
need_elements x264enc avenc_aac h264parse mpegtsmux subparse

free_tcp_port() {
  candidate=$1
  while grep -qE "^ *[0-9]+: [0-9A-F]+:$(printf '%04X' "$candidate") [0-9A-F]+:[0-9A-F]+ 0A " /proc/net/tcp /proc/net/tcp6; do
    candidate=$((candidate + 1))
  done
  echo "$candidate"
}

count=0
for file in "$ONAIR_SOURCE_DIR/README.md" "$ONAIR_SOURCE_DIR"/docs/elements/*.md "$ONAIR_SOURCE_DIR"/docs/guides/*.md; do
  [ -f "$file" ] || continue
  # Code blocks marked sh, continued lines joined, commands of gst-launch-1.0.
  awk '/^```sh/ { on = 1; next } /^```/ { on = 0 } on' "$file" | sed -e ':a' -e '/\\$/N; s/\\\n */ /; ta' |
    grep -E '^(gst-launch-1.0|openssl|printf) ' > "$work/lines"
  while IFS= read -r line; do
    case $line in
      openssl* | printf*)
        (cd "$work" && sh -c "$line") > "$work/out" 2>&1 < /dev/null || fail "${file##*/}: $line
$(tail -n 20 "$work/out")"
        continue
        ;;
    esac
    count=$((count + 1))
    # A test machine has no screen and no loudspeaker.
    line=$(printf '%s\n' "$line" | sed 's/\<autovideosink\>/fakevideosink/g; s/\<autoaudiosink\>/fakesink sync=true/g')
    port_a=$(free_udp_port 7001)
    port_b=$(free_udp_port $((port_a + 1)))
    line=$(printf '%s\n' "$line" | sed "s/\\<7002\\>/$port_b/g; s/\\<7001\\>/$port_a/g; s/\\<8080\\>/$(free_tcp_port 8080)/g")
    case $line in
      *llhlssink*port=*) ;;
      *llhlssink*) line=$(printf '%s\n' "$line" | sed "s/\\<llhlssink\\>/llhlssink port=$(free_tcp_port 8080)/") ;;
    esac
    (cd "$work" && exec timeout -s INT -k 10 "${ONAIR_LINE_SECONDS:-2}" sh -c "exec $line") > "$work/out" 2>&1 < /dev/null
    status=$?
    [ $status -eq 0 ] || [ $status -eq 124 ] || [ $status -eq 130 ] ||
      fail "${file##*/}: exit status $status of: $line
$(tail -n 20 "$work/out")"
    ! grep -E '^(ERROR|WARNING: erroneous pipeline|.*CRITICAL)' "$work/out" ||
      fail "${file##*/}: $line
$(tail -n 20 "$work/out")"
  done < "$work/lines"
done
[ $count -ge 16 ] || fail "only $count lines were found"
echo "$count lines work as printed"
