# SPDX-License-Identifier: LGPL-2.1-or-later
# For the scripts beside it: two hosts as network namespaces, joined by links.
# Sourced; wants ONAIR_BUILD_DIR.  Everything it makes ends with the script.
set -u
work=$(mktemp -d)
processes=''
sender=onair-s-$$
receiver=onair-r-$$

skip() {
  echo "SKIP: $*"
  exit 77
}

fail() {
  echo "FAILED: $*"
  exit 1
}

clean_up() {
  for process in $processes; do
    kill -KILL "$process" 2> /dev/null
  done
  wait
  ip netns del $sender 2> /dev/null
  ip netns del $receiver 2> /dev/null
  rm -rf "$work"
}

# make_hosts LINKS: link N is 10.77.N.1 at the sender, 10.77.N.2 at the receiver
make_hosts() {
  [ "$(id -u)" = 0 ] || skip "network namespaces need root"
  command -v ip > /dev/null || skip "ip is not installed (apt-get install iproute2)"
  ip netns add $sender 2> "$work/err" || skip "no network namespaces here: $(cat "$work/err")"
  trap clean_up EXIT
  trap 'exit 1' INT TERM HUP
  ip netns add $receiver || fail "no second namespace"
  link=1
  while [ $link -le "$1" ]; do
    ip link add s$link netns $sender type veth peer name r$link netns $receiver ||
      skip "no veth devices here"
    ip -n $sender addr add 10.77.$link.1/24 dev s$link
    ip -n $receiver addr add 10.77.$link.2/24 dev r$link
    ip -n $sender link set s$link up
    ip -n $receiver link set r$link up
    link=$((link + 1))
  done
  ip -n $sender link set lo up
  ip -n $receiver link set lo up
}

at_sender() { ip netns exec $sender "$@"; }
at_receiver() { ip netns exec $receiver "$@"; }

# The far end goes away without a word: nothing passes in either direction.
cut_link() { ip -n $receiver link set "r$1" down; }
restore_link() { ip -n $receiver link set "r$1" up; }
