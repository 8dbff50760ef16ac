#!/usr/bin/env bash
# When Debian packages are missing, configuring stops with one command that installs all of them.
#
#   missing.sh SOURCE_DIR
set -euo pipefail

source=$(realpath "$1")
place=$(mktemp -d /tmp/aegis-missing-XXXXXX)
trap 'rm -rf "$place"' EXIT
failed=0
wrong() { echo "$*"; failed=$((failed + 1)); }

# Says of the packages in $place/absent that they are not installed; the real program answers for all others.
mkdir "$place/bin"
cat >"$place/bin/dpkg-query" <<SH
#!/bin/sh
/usr/bin/dpkg-query "\$@" | grep -vwF -f "$place/absent"
SH
chmod 755 "$place/bin/dpkg-query"

configure() { # ARGUMENTS OF CMAKE
	rm -rf "$place/build"
	PATH=$place/bin:$PATH cmake -S "$source" -B "$place/build" -G Ninja "$@" >"$place/said" 2>&1
}
told() { sed -n 's/.*apt-get install --no-install-recommends //p' "$place/said"; }

expect_told() { # PACKAGES ARGUMENTS OF CMAKE
	local packages=$1
	shift
	! configure "$@" || wrong "configuring with '$*' succeeds without $packages"
	[ "$(told)" = "$packages" ] || wrong "without $packages, configuring with '$*' says: $(cat "$place/said")"
	! grep -q 'compiler identification' "$place/said" || wrong "the compiler is looked for before the packages"
}

printf '%s\n' gcc libnng-dev redis-server libcriterion-dev >"$place/absent"
expect_told "gcc libnng-dev redis-server libcriterion-dev"
expect_told "gcc libnng-dev" -DAEGIS_TESTS=OFF
expect_told "gcc libnng-dev redis-server libcriterion-dev" -DAEGIS_TESTS=OFF -DAEGIS_FUZZ=ON

# Whoever has the libraries from another place turns the question off; then CMake finds what is missing.
! PKG_CONFIG_LIBDIR=$place configure -DAEGIS_CHECK_PACKAGES=OFF || wrong "the tree is configured without libraries"
[ -z "$(told)" ] && grep -q 'compiler identification' "$place/said" && grep -q "Package '.*not found" "$place/said" ||
	wrong "with the question turned off: $(cat "$place/said")"

# A machine with another package database, or none, is not judged.
said=$(. "$source/deploy/lib/packages.sh" && PATH=$place missing_for_build test)
[ -z "$said" ] || wrong "without dpkg-query: $said"

# What CMake looks for by name is in the lists.
. "$source/deploy/lib/packages.sh"
cmake_files() { find "$source" -path "$source/build" -prune -o \( -name CMakeLists.txt -o -name '*.cmake' \) -print; }
files_looked_for() {
	local module program
	for module in $(cmake_files | xargs sed -n 's/.*pkg_check_modules(.*IMPORTED_TARGET \(.*\))/\1/p'); do
		echo "$(pkg-config --variable=pcfiledir "$module")/$module.pc"
	done
	for program in $(cmake_files | xargs sed -n 's/.*find_program([A-Z_]* \([a-z0-9-]*\).*/\1/p'); do
		PATH=/usr/bin command -v "$program"
	done
}
listed=" ${build_packages[*]} ${run_packages[*]} ${test_packages[*]} "
looked_for=$(files_looked_for)
[ "$(wc -l <<<"$looked_for")" -ge 12 ] || wrong "only these files are looked for: $looked_for"
for file in $looked_for; do
	package=$(dpkg -S "$file" 2>/dev/null | cut -d: -f1)
	[[ $listed == *" ${package%-minimal} "* ]] || wrong "$file comes from the package '$package', which deploy/lib/packages.sh does not list"
done

[ $failed = 0 ] || exit 1
echo ok
