#!/usr/bin/env bash
# The private servers of the tests: one PostgreSQL, one Redis, on sockets only.
#
#   servers.sh up DIR [AEGISCTL]   starts both afresh, migrates the template database with
#                                  AEGISCTL, writes DIR/servers.env
#   servers.sh down DIR            stops them and removes their files
#   servers.sh pg-up DIR           PostgreSQL alone, without a template
#   servers.sh pg-restart DIR      stops PostgreSQL in mode immediate and starts it again
#
# Nothing of a former run survives "up", however that run ended.
set -euo pipefail

cmd=$1
dir=$(realpath -m "$2")
source=$(cd "$(dirname "$0")/../.." && pwd)
pg_bin=/usr/lib/postgresql/15/bin
hash=$(printf '%s' "$dir" | sha1sum | cut -c1-10)
# A socket's path may have 107 bytes; the build directory may lie deep.
base=/tmp/aegis-test-$(id -u)-$hash
sockets=$base/s
as_user=()

if [ "$(id -u)" = 0 ]; then
	for user in postgres nobody; do
		getent passwd $user >/dev/null && break
	done
	as_user=(setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups)
fi
run() { (cd / && "${as_user[@]}" "$@"); }

# The servers' data lies in DIR when their user can reach it, else beside the sockets.
choose_data() {
	mkdir -p "$dir"
	if [ "$(id -u)" = 0 ] && ! run test -x "$dir"; then
		data=$base/data
	else
		data=$dir/data
	fi
}

pid_alive() { [ -n "${1:-}" ] && [ -d "/proc/$1" ] && tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null | grep -qF "$2"; }

wait_until() {
	local deadline=$((SECONDS + $1)) what=$2
	shift 2
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $deadline ] || { echo "$what does not come up" >&2; return 1; }
		sleep 0.05
	done
}
gone() { ! pid_alive "$1" "$2"; }

stop_one() { # PID MARK SIGNAL
	pid_alive "$1" "$2" || return 0
	kill -"$3" "$1" 2>/dev/null || true
	wait_until 10 "the end of $1" gone "$1" "$2" && return 0
	kill -KILL "$1" 2>/dev/null || true
	wait_until 10 "the end of $1" gone "$1" "$2"
}

pg_pid() { head -n 1 "$data/pg/postmaster.pid" 2>/dev/null || true; }

stop_pg() { stop_one "$(pg_pid)" "$data/pg" QUIT; }
stop_redis() { stop_one "$(cat "$base/redis.pid" 2>/dev/null || true)" redis QUIT; stop_one "$(cat "$base/redis.pid" 2>/dev/null || true)" redis TERM; }

clean() {
	stop_pg
	stop_redis
	rm -rf "$base" "$data" "$dir/servers.env"
}

make_dirs() {
	mkdir -p "$base" "$sockets" "$data"
	chmod 755 "$base" "$sockets"
	[ "$(id -u)" != 0 ] || chown "$user" "$base" "$sockets" "$data"
}

launch_pg() {
	run setsid "$pg_bin/postgres" -D "$data/pg" >>"$base/pg.log" 2>&1 </dev/null 3>&- &
	disown
	wait_until 30 PostgreSQL "$pg_bin/pg_isready" -q -h "$sockets" -U postgres -d postgres
}

start_pg() {
	run "$pg_bin/initdb" -D "$data/pg" -U postgres --encoding=UTF8 --locale=C.UTF-8 --auth=trust \
		--no-sync --no-instructions >"$base/initdb.log" 2>&1 || { cat "$base/initdb.log" >&2; exit 1; }
	run tee -a "$data/pg/postgresql.conf" >/dev/null <<TXT
listen_addresses = ''
unix_socket_directories = '$sockets'
max_connections = 200
shared_buffers = 64MB
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum_naptime = 10min
max_wal_size = 1GB
jit = off
log_line_prefix = '%m [%p] %u@%d '
TXT
	launch_pg
}

# Daemons log in as in production, with the rules of their folders; the password of each is its name.
write_own_redis_config() {
	local rules name
	{
		printf '%s\n' "port 0" "unixsocket $sockets/redis.sock" "unixsocketperm 777" 'save ""' "appendonly no" \
			"dir $base" "pidfile $base/redis.pid"
		for rules in "$source"/services/*/redis.acl "$source/gateway/redis.acl"; do
			name=$(basename "$(dirname "$rules")")
			redis_user "$name" "$name"
		done
	} >"$base/redis.conf"
}

start_redis() {
	write_own_redis_config
	run setsid redis-server "$base/redis.conf" >>"$base/redis.log" 2>&1 </dev/null 3>&- &
	disown
	wait_until 15 Redis redis-cli -s "$sockets/redis.sock" ping
}

make_template() {
	local conninfo="host=$sockets user=postgres dbname=aegis_template"

	psql -X -q -h "$sockets" -U postgres -d postgres -c 'CREATE DATABASE aegis_template'
	"$1" migrate --db "$conninfo" >"$base/migrate.log" 2>&1 || { cat "$base/migrate.log" >&2; exit 1; }
}

# The part of deploy/ that knows the form of Redis's users.
root=$source data_dir=$base
# shellcheck source=/dev/null
. "$source/deploy/lib/redis.sh"

choose_data
case $cmd in
up | pg-up)
	trap 'status=$?; [ $status = 0 ] || { tail -n 5 "$base"/*.log >&2; clean; }; exit $status' EXIT
	clean
	make_dirs
	start_pg
	if [ "$cmd" = up ]; then
		start_redis
		make_template "$3"
	fi
	printf 'AEGIS_TEST_PG=host=%s user=postgres\nAEGIS_TEST_REDIS=%s\nAEGIS_TEST_TEMPLATE=aegis_template\n' \
		"$sockets" "$sockets/redis.sock" >"$dir/servers.env"
	;;
pg-restart)
	stop_pg
	launch_pg
	;;
down) clean ;;
*)
	echo "servers.sh: unknown command $cmd" >&2
	exit 2
	;;
esac
