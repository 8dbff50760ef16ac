#!/usr/bin/env bash
# A private cluster of this build for the end-to-end tests: cluster.sh up|down BUILD-DIR.
# It has its own data, sockets and ports; what a former run left is removed first.
set -euo pipefail
action=$1 build=$2
source_dir=$(cd "$(dirname "$0")/../.." && pwd)

export AEGIS_INSTANCE=e2e AEGIS_PRESET AEGIS_PORT NO_COLOR=1
AEGIS_PRESET=$(basename "$build")
state=$build/e2e.env
# The tests send thousands of requests from one address; limits have tests of their own.
export AEGIS_GATEWAY_RATE_PERCENT=1000000

# Four ports in a row of thousands that nobody listens on: the gateway's and those derived from it.
free_port() {
	local candidate offset
	for candidate in $(seq 20080 20 29900); do
		for offset in 0 1000 2000 2001; do
			if (exec 3<>"/dev/tcp/127.0.0.1/$((candidate + offset))") 2>/dev/null; then continue 2; fi
		done
		echo "$candidate"
		return
	done
	echo "no free ports" >&2
	exit 1
}

AEGIS_PORT=$([ "$action" = up ] && free_port || sed -n 's/^PORT=//p' "$state" 2>/dev/null || echo 20080)
here=$source_dir/deploy
for part in common packages build servers daemons upgrade commands; do
	# shellcheck source=/dev/null
	. "$here/lib/$part.sh"
done

case $action in
up)
	stop_all
	rm -rf "$data_dir" "$run_dir"
	start_servers
	make_database
	migrate
	own_secrets
	start_daemons
	{
		echo "PORT=$port"
		printf 'AEGIS_INSTANCE=%s\nAEGIS_PRESET=%s\nAEGIS_PORT=%s\n' "$AEGIS_INSTANCE" "$AEGIS_PRESET" "$port"
		echo "AEGIS_E2E_URL=http://127.0.0.1:$port"
		echo "AEGIS_E2E_DATA=$data_dir"
		echo "AEGIS_E2E_WEB_URL=http://127.0.0.1:$demo_web_port"
		echo "AEGIS_E2E_CTL=$build_dir/services/ctl/aegisctl"
	} >"$state"
	;;
down)
	stop_all
	# A daemon that a sanitizer stopped has said so in its log, and one that needs a call its sandbox lacks.
	if grep -rlE 'AddressSanitizer|runtime error:|LeakSanitizer|a system call was refused' "$data_dir/log"; then
		echo "the logs above hold reports of sanitizers or refused system calls"
		exit 1
	fi
	rm -rf "$data_dir" "$run_dir" "$state"
	;;
esac
