#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Broadcast over two links: each is cut and comes back, and not one packet is
# lost, doubled or out of order at the receiver.
. "$(dirname "$0")/lib.sh"
make_hosts 2
count=$ONAIR_BUILD_DIR/tests/network/bondcount
rate=400
cut=6 # longer than the 5 s after which SRT gives a silent peer up
[ -z "${ONAIR_TEST_LONG:-}" ] || cut=8
seconds=$((4 * cut + 6))

at_receiver "$count" receive bondedsrt://:7001 $((rate * seconds)) $((seconds + 30)) > "$work/received" 2> "$work/err" &
listening=$!
processes=$listening
sleep 1
at_sender "$count" send "srt://10.77.1.2:7001?localaddress=10.77.1.1 srt://10.77.2.2:7001?localaddress=10.77.2.1" \
  $rate $seconds 2>> "$work/err" &
sending=$!
processes="$processes $sending"

sleep 3
echo "link 1 is cut"
cut_link 1
sleep $cut
restore_link 1
echo "link 1 is back"
sleep $cut
echo "link 2 is cut"
cut_link 2
sleep $cut
restore_link 2
echo "link 2 is back"
wait $sending || fail "the sender: $(cat "$work/err")"
wait $listening
status=$?
cat "$work/received" "$work/err"
[ $status -eq 0 ] || fail "packets are missing or doubled"
