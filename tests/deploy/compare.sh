#!/usr/bin/env bash
# However `deploy/aegis bench ab` ends, it stops the clusters of both checkouts.
#
#   compare.sh SOURCE_DIR
set -euo pipefail

source=$(realpath "$1")
place=$(mktemp -d /tmp/aegis-compare-XXXXXX)
trap 'rm -rf "$place"' EXIT
failed=0

wrong() { echo "$*"; failed=$((failed + 1)); }

# Two checkouts whose command only notes what it is asked; the comparison itself is the source's.
for side in a b; do
	mkdir -p "$place/$side/deploy" "$place/$side/tests/bench"
	cat >"$place/$side/deploy/aegis" <<SIDE
#!/bin/sh
echo "$side \$* \$AEGIS_INSTANCE" >>"$place/asked"
[ ! -e "$place/$side/cannot" ]
SIDE
	printf '#!/bin/sh\nexit "$(cat "%s/status")"\n' "$place" >"$place/$side/tests/bench/ab"
	chmod 755 "$place/$side/deploy/aegis" "$place/$side/tests/bench/ab"
done

compare() { # END-OF-ITS-BENCHMARK WHICH-SIDE-STARTS
	: >"$place/asked"
	echo "$1" >"$place/status"
	root=$place/a source=$source starts=$2 place=$place bash -euo pipefail -c '
		. "$source/deploy/lib/commands.sh"
		run_packages=(x) build_packages=(x) bench_packages=(x)
		install_packages() { :; }
		say() { :; }
		die() { echo "aegis: $*" >&2; exit 1; }
		start_side() { case $1 in *$starts) echo "{}" ;; *) die "it does not start" ;; esac; }
		compare_states "$place/b"' >"$place/said" 2>&1
}

expect_stopped() { # WHAT
	for side in a b; do
		grep -qx "$side down bench-ab" "$place/asked" || wrong "$1: $side is not stopped: $(cat "$place/asked" "$place/said")"
	done
}

compare 0 '[ab]' || wrong "a good comparison fails: $(cat "$place/said")"
expect_stopped "after a good comparison"
! compare 3 '[ab]' || wrong "a failed comparison passes"
expect_stopped "after a failed comparison"
! compare 0 a || wrong "a comparison without its other side passes"
expect_stopped "when the other side does not start"
touch "$place/b/cannot"
compare 0 '[ab]' || wrong "a cluster that stays up fails the comparison: $(cat "$place/said")"
grep -q "cluster of $place/b is still up" "$place/said" || wrong "nothing is said of a cluster that stays up: $(cat "$place/said")"

[ $failed = 0 ] || exit 1
echo "both clusters are stopped in four ways to end"
