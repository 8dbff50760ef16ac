#!/usr/bin/env bash
# `deploy/aegis test` runs every group of tests, also after one that failed, and says what each took.
#
#   parts.sh SOURCE_DIR
set -euo pipefail

source=$(realpath "$1")
place=$(mktemp -d /tmp/aegis-parts-XXXXXX)
trap 'rm -rf "$place"' EXIT
unset AEGIS_PORT AEGIS_INSTANCE AEGIS_PRESET
export AEGIS_DATA=$place/data AEGIS_DAEMONS=tenant NO_COLOR=1
failed=0
wrong() { echo "$*"; failed=$((failed + 1)); }

# A checkout where every package is installed, every build succeeds, and the tests of one preset take a second.
mkdir -p "$place/tree" "$place/bin"
cp -r "$source/deploy" "$place/tree/"
cat >"$place/bin/dpkg-query" <<'SH'
#!/bin/sh
shift 3
printf 'installed %s\n' "$@"
SH
cat >"$place/bin/cmake" <<'SH'
#!/bin/sh
exit 0
SH
cat >"$place/bin/ctest" <<SH
#!/bin/sh
echo "\$*" >>"$place/asked"
case "\$*" in *tsan*) sleep 1; exit \$(cat "$place/status") ;; esac
SH
chmod 755 "$place/bin"/*
export PATH=$place/bin:$PATH

run_all() { # END OF THE TESTS WITH THREADSANITIZER
	echo "$1" >"$place/status"
	: >"$place/asked"
	"$place/tree/deploy/aegis" test >"$place/said" 2>&1 </dev/null
}
table() { sed -n '/^ *seconds  part$/,/ in all$/p' "$place/said" | sed 's/^ *[0-9][0-9]*  //'; }

expect_table() { # END OF THE LINE OF THE TESTS WITH THREADSANITIZER
	local name wanted
	wanted=$(printf '%s\n' "Debian packages" "build, preset dev" "build, preset clang" "clang-tidy" "build, preset tsan" \
		"tests with ThreadSanitizer$1" "build, preset fuzz" "fuzz targets" "tests with ASan and UBSan" "chaos" "in all")
	[ "$(table | tail -n +2)" = "$wanted" ] || wrong "the table: $(cat "$place/said")"
	grep -qE '^ +[1-9][0-9]*  tests with ThreadSanitizer' "$place/said" || wrong "a second is not counted: $(cat "$place/said")"
}

run_all 0 || wrong "tests that pass end with an error: $(cat "$place/said")"
expect_table ""
for preset in clang tsan fuzz dev; do
	grep -q "^--preset $preset " "$place/asked" || wrong "ctest is not run for preset $preset: $(cat "$place/asked")"
done
# Both runs of the dev preset together are all of its tests.
[ "$(grep -c -- '--preset dev .*-LE chaos$\|--preset dev .*-L chaos$' "$place/asked")" = 2 ] || wrong "asked: $(cat "$place/asked")"

! run_all 8 || wrong "tests that fail end without an error: $(cat "$place/said")"
expect_table " (FAILED)"
grep -q 'some tests failed' "$place/said" || wrong "a failure is not told: $(cat "$place/said")"

[ $failed = 0 ] || exit 1
echo ok
