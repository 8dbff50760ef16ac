# The private PostgreSQL and Redis of this checkout: own data, own sockets, own
# users, no system service touched.  Both run below the supervisor.

pg_bin=/usr/lib/postgresql/15/bin
pg_dir=$data_dir/postgresql
pg_socket_dir=$run_dir/pg
redis_socket=$run_dir/redis/redis.sock
group=aegis

user_of() { [ -n "$as_root" ] && echo "aegis-$1" || id -un; }

make_user() {
	[ -n "$as_root" ] || return 0
	getent group $group >/dev/null || groupadd --system $group
	getent passwd "aegis-$1" >/dev/null ||
		useradd --system --gid $group --no-create-home --home-dir /nonexistent \
			--shell /usr/sbin/nologin "aegis-$1"
}

# make_dir MODE OWNER DIR...: a directory that only its owner and the group enter.
make_dir() {
	local mode=$1 owner=$2
	shift 2
	mkdir -p "$@"
	[ -z "$as_root" ] || chown "$owner:$group" "$@"
	chmod "$mode" "$@"
}

run_as() {
	local user=$1
	shift
	if [ -n "$as_root" ]; then
		(cd / && setpriv --reuid="$user" --regid=$group --clear-groups "$@")
	else
		"$@"
	fi
}

make_users_and_dirs() {
	local name
	for name in postgresql redis gateway demo "${daemons[@]}"; do make_user "$name"; done
	mkdir -p "$data_dir"
	chmod 755 "$data_dir"
	make_dir 0711 "$(id -un)" "$run_dir"
	make_dir 2770 "$(user_of postgresql)" "$pg_socket_dir"
	make_dir 2770 "$(user_of redis)" "$run_dir/redis"
	make_dir 2770 "$(user_of gateway)" "$run_dir/rpc"
	make_dir 0700 "$(user_of postgresql)" "$pg_dir"
	make_dir 0700 "$(user_of redis)" "$data_dir/redis"
	make_dir 0755 "$(id -un)" "$data_dir/log" "$data_dir/sv" "$data_dir/etc" "$data_dir/secrets"
	make_dir 0755 "$(user_of demo)" "$data_dir/mail" "$data_dir/web"
}

init_postgresql() {
	[ ! -e "$pg_dir/PG_VERSION" ] || return 0
	say "Creating a private PostgreSQL 15 in $pg_dir"
	run_as "$(user_of postgresql)" "$pg_bin/initdb" -D "$pg_dir" -U postgres \
		--encoding=UTF8 --locale=C.UTF-8 --auth-local=peer --auth-host=reject --data-checksums \
		--no-instructions >"$data_dir/log/initdb.log" 2>&1 || {
		tail -20 "$data_dir/log/initdb.log" >&2
		die "initdb failed"
	}
	cat >>"$pg_dir/postgresql.conf" <<TXT

# Aegis: a private server on a socket only.
listen_addresses = ''
unix_socket_directories = '$pg_socket_dir'
unix_socket_permissions = 0770
max_connections = 200
shared_buffers = 128MB
wal_compression = on
jit = off
log_min_duration_statement = 1000
log_line_prefix = '%m [%p] %u '
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
TXT
	# The server's own user is the superuser; every role of ours has a password.
	cat >"$pg_dir/pg_hba.conf" <<TXT
local all postgres peer map=owner
local all all scram-sha-256
TXT
	echo "owner $(user_of postgresql) postgres" >"$pg_dir/pg_ident.conf"
	[ -z "$as_root" ] || chown "$(user_of postgresql):$group" "$pg_dir"/*.conf
}

# A tenth of what another daemon gets while there is not enough for all.
auth_nice=10

# A service directory for runsv: service NAME USER COMMAND..., logs kept by svlogd.
service() {
	local name=$1 user=$2 dir=$data_dir/sv/$1
	shift 2
	mkdir -p "$dir/log" "$data_dir/log/$name"
	{
		echo '#!/bin/sh'
		echo 'exec 2>&1'
		echo 'cd /'
		# Where Linux shares the processor by session, the low priority of auth's hashing threads says nothing to other daemons.
		[ "$name" != auth ] || echo "{ echo $auth_nice >/proc/self/autogroup; } 2>/dev/null || :"
		if [ -n "$as_root" ]; then
			echo "exec chpst -u $user:$group $*"
		else
			echo "exec $*"
		fi
	} >"$dir/run.new"
	printf '#!/bin/sh\nexec svlogd -b 65536 %s\n' "$data_dir/log/$name" >"$dir/log/run"
	printf 's4000000\nn5\n' >"$data_dir/log/$name/config"
	chmod 755 "$dir/run.new" "$dir/log/run"
	cmp -s "$dir/run.new" "$dir/run" 2>/dev/null && rm "$dir/run.new" || mv "$dir/run.new" "$dir/run"
}

define_servers() {
	service postgresql "$(user_of postgresql)" "$pg_bin/postgres -D $pg_dir"
	# TERM would wait for every client; INT is PostgreSQL's fast shutdown.
	mkdir -p "$data_dir/sv/postgresql/control"
	printf '#!/bin/sh\nkill -INT "$(head -n 1 %s/postmaster.pid)"\n' "$pg_dir" \
		>"$data_dir/sv/postgresql/control/t"
	chmod 755 "$data_dir/sv/postgresql/control/t"
	service redis "$(user_of redis)" "redis-server --port 0 --unixsocket $redis_socket" \
		"--unixsocketperm 770 --dir $data_dir/redis --save '' --appendonly no" \
		"--maxmemory 256mb --maxmemory-policy volatile-ttl --daemonize no"
}

supervisor_pid() {
	local pid
	pid=$(cat "$run_dir/supervisor.pid" 2>/dev/null) || return 1
	[ -d "/proc/$pid" ] && tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q "runsvdir.*$data_dir/sv" && echo "$pid"
}

start_supervisor() {
	supervisor_pid >/dev/null && return 0
	setsid runsvdir -P "$data_dir/sv" </dev/null >"$data_dir/log/supervisor.log" 2>&1 &
	echo $! >"$run_dir/supervisor.pid"
	disown
}

pg_ready() { run_as "$(user_of postgresql)" "$pg_bin/pg_isready" -q -h "$pg_socket_dir" -U postgres -d postgres; }
redis_ready() { [ "$(run_as "$(user_of redis)" redis-cli -s "$redis_socket" ping)" = PONG ]; }

start_servers() {
	make_users_and_dirs
	init_postgresql
	define_servers
	start_supervisor
	wait_for 30 PostgreSQL pg_ready
	wait_for 15 Redis redis_ready
}
