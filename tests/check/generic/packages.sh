#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# ./onair test installs what the tests want: each program that a script asks
# for by `need` is in one of the packages that onair names, so that nothing is
# skipped on a fresh machine.
set -u
cd "$(dirname "$0")/../../.." || exit 1

# The lists of packages, as onair itself has them.
lists=$(awk '/_packages=.$|_packages=.[a-z]/ { on = 1 } on; /'\''$/ { on = 0 }' onair)
eval "$lists"
# shellcheck disable=SC2086,SC2154
packages=" $(printf '%s ' $build_packages $run_packages $test_packages) "

package_of() {
  case $1 in
    ffmpeg | ffprobe) echo ffmpeg ;;
    varnishd) echo varnish ;;
    gst-launch-1.0) echo gstreamer1.0-tools ;;
    unshare) echo util-linux ;;
    *) echo "$1" ;;
  esac
}

count=0 bad=0
for program in $(sed -nE 's/^need ([a-z].*)/\1/p' tests/interop/*.sh tests/network/*.sh | tr ' ' '\n' | sort -u); do
  # These are taken by npm's versions, see install_node in onair.
  [ "$program" != node ] || continue
  count=$((count + 1))
  case $packages in
    *" $(package_of "$program") "*) ;;
    *)
      echo "tests want $program, and onair's test_packages lack $(package_of "$program")"
      bad=1
      ;;
  esac
done
[ $count -ge 8 ] || { echo "only $count programs were found"; exit 1; }
exit $bad
