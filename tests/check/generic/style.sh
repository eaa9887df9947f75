#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# .c files look as GNU indent with GStreamer's options leaves them.
# `style.sh --fix [FILE ...]` formats them.
set -u
cd "${ONAIR_SOURCE_DIR:-$(dirname "$0")/../../..}" || exit 2
command -v indent > /dev/null || {
  echo "SKIP: indent is not installed (apt-get install indent)"
  exit 77
}
export VERSION_CONTROL=none

format() {
  indent --braces-on-if-line --case-brace-indentation0 --case-indentation2 \
    --braces-after-struct-decl-line --line-length80 --no-tabs --cuddle-else \
    --dont-line-up-parentheses --continuation-indentation4 --honour-newlines \
    --tab-size8 --indent-level2 --leave-preprocessor-space "$@"
}

fix=no
if [ "${1:-}" = --fix ]; then
  fix=yes
  shift
fi
[ $# -gt 0 ] || set -- $(find gst ext tools tests -name '*.c' | sort)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0
for file; do
  cp "$file" "$work/a.c"
  format "$work/a.c" && format "$work/a.c"
  cmp -s "$file" "$work/a.c" && continue
  if [ $fix = yes ]; then
    cat "$work/a.c" > "$file"
  else
    diff -u "$file" "$work/a.c" | sed "1,2s,$work/a.c,$file,"
    bad=1
  fi
done
for file in $(find gst ext tools tests -name '*.[ch]'); do
  if grep -nP '\t| +$' "$file"; then
    echo "$file: tabs or blanks at the end of a line"
    bad=1
  fi
done
for file in $(find gst ext tools tests -name '*.h'); do
  if awk 'length > 80 { print FILENAME ":" FNR ": over 80 columns"; f = 1 } END { exit !f }' "$file"; then
    bad=1
  fi
done
exit $bad
