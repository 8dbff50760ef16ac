#!/usr/bin/env bash
# A private cluster for the tests of this folder.
#
#   cluster.sh up               starts it (dev preset; ports from AEGIS_CHAOS_PORT, else by the checkout's path)
#   cluster.sh run PROGRAM ...  one of the programs beside this file, on it
#   cluster.sh down             stops it and deletes its data
set -euo pipefail

source=$(cd "$(dirname "$0")/../.." && pwd)
own_port=$((20000 + $(printf '%s' "$source" | cksum | cut -d' ' -f1) % 4000))
export AEGIS_INSTANCE=chaos-test AEGIS_PORT=${AEGIS_CHAOS_PORT:-$own_port} AEGIS_PRESET=dev NO_COLOR=1
unset AEGIS_DAEMONS AEGIS_DATA

case $1 in
up) exec "$source/deploy/aegis" up ;;
run)
	here=$source/deploy
	for part in common packages build servers daemons upgrade commands; do
		# shellcheck source=/dev/null
		. "$here/lib/$part.sh"
	done
	shift
	on_cluster "$@"
	;;
down)
	# What a sanitizer says of a daemon that ends, leaks above all, stands in its log.
	"$source/deploy/aegis" down
	here=$source/deploy
	for part in common packages build servers daemons upgrade commands; do
		# shellcheck source=/dev/null
		. "$here/lib/$part.sh"
	done
	failed=0
	if grep -rlE 'AddressSanitizer|runtime error:|LeakSanitizer' "$data_dir/log"; then
		echo "the logs above hold sanitizer reports"
		failed=1
	fi
	"$source/deploy/aegis" reset
	exit $failed
	;;
*)
	echo "cluster.sh: unknown command $1" >&2
	exit 2
	;;
esac
