#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Two rooms and one fence: a core includes <glib.h>, the C library and cores
# only; a foreign library is included by one plumbing file per role; plugins
# never include each other.  `rooms.sh DIRECTORY` checks another tree, which is
# how this check is itself checked.
set -u
top=${1:-${ONAIR_SOURCE_DIR:-$(dirname "$0")/../../..}}
cd "$top" || exit 2
bad=0

complain() {
  echo "$1"
  bad=1
}

is_plumbing() {
  case $1 in
    tools/*/main.c | tools/*/fetch*.[ch]) return 0 ;;
    tools/*) return 1 ;;
    */gst*.c | */gst*.h | */plugin.c) return 0 ;;
  esac
  return 1
}

libc='assert|ctype|errno|float|inttypes|limits|math|stdarg|stddef|stdint|stdio|stdlib|string'
for file in gst/*/*.[ch] ext/*/*.[ch] tools/*/*.[ch]; do
  [ -f "$file" ] || continue
  dir=${file%/*}
  is_plumbing "$file" && continue
  # What a core may not include.
  while IFS= read -r name; do
    case $name in
      '' | '<glib.h>') continue ;;
      '"'*'"')
        name=${name#\"}
        name=${name%\"}
        case $name in
          */*) complain "$file: core includes \"$name\" by path"; continue ;;
          gst*) complain "$file: core includes plumbing \"$name\""; continue ;;
          fetch*)
            case $file in
              tools/*) complain "$file: core includes plumbing \"$name\""; continue ;;
            esac
            ;;
          config.h) continue ;;
        esac
        case $file in
          tools/*) [ -f "$dir/$name" ] || complain "$file: core of a tool includes \"$name\", which is not its own"; continue ;;
        esac
        [ -f "$dir/$name" ] || [ -f "gst/common/$name" ] ||
          complain "$file: core includes \"$name\", which is no core of its own or of gst/common"
        ;;
      *)
        printf '%s\n' "$name" | grep -qE "^<($libc)\.h>$" ||
          complain "$file: core includes $name"
        ;;
    esac
  done <<LIST
$(sed -nE 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*([<"][^>"]*[>"]).*/\1/p' "$file")
LIST
  # What a core may not call: clocks, threads, locks, logs, randomness.
  calls=$(sed -e 's,//.*,,' "$file" | grep -nE \
    '\<(g_get_monotonic_time|g_get_real_time|g_date_time_new_now[a-z_]*|g_thread_[a-z_]+|g_mutex_[a-z_]+|g_rec_mutex_[a-z_]+|g_cond_[a-z_]+|g_random_[a-z_]+|g_rand_[a-z_]+|g_log|g_message|g_warning|g_critical|g_debug|g_info|g_print|g_printerr|printf|time|clock_gettime|rand|random) \(' )
  [ -z "$calls" ] || complain "$file: core has a clock, thread, lock, log or random source: $calls"
done

for file in gst/*/*.[ch] ext/*/*.[ch] tools/*/*.[ch]; do
  [ -f "$file" ] || continue
  dir=${file%/*}
  others=$(grep -nE '#[[:space:]]*include[[:space:]]*"(\.\.|gst/|ext/|tools/)' "$file")
  [ -z "$others" ] || complain "$file: includes across folders: $others"
done

# fence FOLDER PATTERN FILES: only FILES in FOLDER may include PATTERN.
fence() {
  folder=$1 pattern=$2 allowed=$3
  for file in $(grep -lE "#[[:space:]]*include[[:space:]]*<$pattern" gst/*/*.[ch] ext/*/*.[ch] tools/*/*.[ch] 2>/dev/null); do
    case " $allowed " in
      *" $file "*) ;;
      *) complain "$file: includes <$pattern, which only $allowed may" ;;
    esac
  done
}
fence ext/bondedsrt 'srt/' 'ext/bondedsrt/gstsrtlink.c'
fence ext/llhls 'libsoup/' 'ext/llhls/gstllhlshttp1.c ext/llhls/gstllhlspush.c tools/hls-check/fetch.c'
fence ext/llhls 'nghttp2/' 'ext/llhls/gstllhlshttp2.c'
fence ext/healthprobe 'ebur128' 'ext/healthprobe/gstloudness.c'
fence ext/healthmonitor 'json-glib/' 'ext/healthmonitor/gsthealthjson.c'

for file in $(find gst ext tools tests -name '*.[ch]'); do
  head -n 1 "$file" | grep -qF '/* SPDX-License-Identifier: LGPL-2.1-or-later */' ||
    complain "$file: first line is not the licence's SPDX line"
done
for file in $(find gst ext tools tests -name '*.h'); do
  grep -qx '#pragma once' "$file" || complain "$file: no #pragma once"
done

# Texts for users are translated in the files that po/POTFILES names.
if [ -f po/POTFILES ]; then
  for file in $(find gst ext tools -name '*.c'); do
    if grep -qE '(^|[^A-Za-z0-9_])_ ?\("' "$file"; then
      grep -qxF "$file" po/POTFILES || complain "$file: has texts for users, and po/POTFILES does not name it"
    else
      ! grep -qxF "$file" po/POTFILES || complain "$file: has no texts for users, and po/POTFILES names it"
    fi
  done
fi

[ $bad -eq 0 ] && echo "the rooms are in order"
exit $bad
