#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The rooms check finds each kind of breach.
set -u
rooms=${ONAIR_SOURCE_DIR:-$(dirname "$0")/../../..}/tests/check/generic/rooms.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
spdx='/* SPDX-License-Identifier: LGPL-2.1-or-later */'
bad=0

# expect NAME found|clean: the check's verdict on the tree in $work/tree
expect() {
  if sh "$rooms" "$work/tree" > "$work/out" 2>&1; then verdict=clean; else verdict=found; fi
  [ $verdict = "$2" ] || {
    echo "$1: expected $2, the check says $verdict:"
    cat "$work/out"
    bad=1
  }
}

# file PATH LINE ...
file() {
  rm -rf "$work/tree"
  mkdir -p "$work/tree/gst/common" "$work/tree/gst/demo" "$work/tree/ext/bondedsrt" "$work/tree/tests" "$work/tree/tools/hls-check"
  printf '%s\n' "$spdx" > "$work/tree/gst/demo/core.h"
  echo '#pragma once' >> "$work/tree/gst/demo/core.h"
  path=$1
  shift
  printf '%s\n' "$spdx" "$@" > "$work/tree/$path"
}

file gst/demo/core.c '#include "core.h"' '#include <glib.h>' '#include <string.h>'
expect "a clean core" clean
file gst/demo/gstdemo.c '#include <gst/gst.h>' '#include "core.h"'
expect "clean plumbing" clean
file gst/demo/core.c '#include <gst/gst.h>'
expect "GStreamer in a core" found
file gst/demo/core.c '#include <gio/gio.h>'
expect "GIO in a core" found
file gst/demo/core.c '#include "gstdemo.h"'
expect "plumbing in a core" found
file gst/demo/core.c '  now = g_get_monotonic_time ();'
expect "a clock in a core" found
file gst/demo/core.c '  g_mutex_lock (&lock);'
expect "a lock in a core" found
file gst/demo/core.c '  g_warning ("no");'
expect "a log in a core" found
file gst/demo/gstdemo.c '#include "../other/other.h"'
expect "a file of another plugin" found
file ext/bondedsrt/gstother.c '#include <srt/srt.h>'
expect "libsrt outside the fence" found
file ext/bondedsrt/gstsrtlink.c '#include <srt/srt.h>'
expect "libsrt at the fence" clean
file tools/hls-check/rules.c '#include <glib.h>' '#include <string.h>'
expect "a clean core of a tool" clean
file tools/hls-check/rules.c '#include "../../gst/demo/core.h"'
expect "a plugin's file in a tool" found
file tools/hls-check/rules.c '#include <gio/gio.h>'
expect "GIO in a tool's core" found
file tools/hls-check/rules.c '#include "fetch.h"'
expect "plumbing in a tool's core" found
file tools/hls-check/main.c '#include <gio/gio.h>'
expect "plumbing of a tool" clean
file tools/hls-check/main.c '#include <libsoup/soup.h>'
expect "libsoup outside a tool's fence" found
file tools/hls-check/fetch.c '#include <libsoup/soup.h>'
expect "libsoup at a tool's fence" clean
file gst/demo/core.c '#include "core.h"'
sed -i 1d "$work/tree/gst/demo/core.c"
expect "no licence" found
file gst/demo/bare.h '#include <glib.h>'
expect "a header without a guard" found
file gst/demo/gstdemo.c '  GST_ELEMENT_ERROR (self, STREAM, FAILED, (_("No.")), (NULL));'
mkdir "$work/tree/po"
: > "$work/tree/po/POTFILES"
expect "a text that is not translated" found
echo gst/demo/gstdemo.c > "$work/tree/po/POTFILES"
expect "a text that is translated" clean
printf '%s\n' "$spdx" > "$work/tree/gst/demo/gstdemo.c"
expect "a file for translations without a text" found
exit $bad
