# The private PostgreSQL and Redis of this checkout: own data, own sockets, own
# users, no system service touched.  Both run below the supervisor.

# shellcheck source=/dev/null
. "$here/lib/redis.sh"

pg_bin=/usr/lib/postgresql/15/bin
pg_dir=$data_dir/postgresql
pg_socket_dir=$run_dir/pg
redis_socket=$run_dir/redis/redis.sock
# Its members may enter the folders of the sockets.
group=aegis

user_of() { [ -n "$as_root" ] && echo "aegis-$1" || id -un; }

# The demo's programs are strangers: they are in no group that reaches a server or a daemon.
group_of() { [ "$1" = aegis-demo ] && echo aegis-demo || echo $group; }

# Old checkouts had every user in the one group.
make_user() {
	local user=aegis-$1 own
	[ -n "$as_root" ] || return 0
	own=$(group_of "$user")
	getent group "$own" >/dev/null || groupadd --system "$own"
	if ! getent passwd "$user" >/dev/null; then
		useradd --system --gid "$own" --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$user"
	elif [ "$(id -gn "$user")" != "$own" ]; then
		usermod --gid "$own" "$user"
	fi
}

# make_dir MODE OWNER DIR...
make_dir() {
	local mode=$1 owner=$2
	shift 2
	mkdir -p "$@"
	[ -z "$as_root" ] || chown "$owner:$(group_of "$owner")" "$@"
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
	make_socket_dirs
	make_dir 0700 "$(user_of postgresql)" "$pg_dir"
	make_dir 0700 "$(user_of redis)" "$data_dir/redis"
	make_dir 0711 "$(id -un)" "$data_dir/secrets"
	make_dir 0755 "$(id -un)" "$data_dir/sv"
	make_dir 0750 "$(id -un)" "$data_dir/etc" "$data_dir/log"
	# Logs are for whoever runs the cluster: no daemon reads what another wrote.
	[ -z "$as_root" ] || chgrp root "$data_dir/log"
	make_dir 0755 "$(user_of demo)" "$data_dir/mail" "$data_dir/web"
}

# Who creates a file in the folder of a socket can take the socket's place.  Each server and daemon has a
# folder that it alone may write; the group may enter, and list nothing.
make_socket_dirs() {
	local name
	make_dir 0710 "$(user_of postgresql)" "$pg_socket_dir"
	make_dir 0710 "$(user_of redis)" "$run_dir/redis"
	make_dir 0710 "$(id -un)" "$run_dir/rpc"
	for name in "${daemons[@]}" gateway; do make_dir 0710 "$(user_of "$name")" "$run_dir/rpc/$name"; done
}

rpc_socket() { echo "$run_dir/rpc/$1/$1.sock"; }

# Clients refuse a server of another user (requirepeer): the folder keeps strangers out, this shows it.
pg_conninfo() { echo "host=$pg_socket_dir dbname=aegis requirepeer=$(user_of postgresql)"; }

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
	[ -z "$as_root" ] || chown "$(user_of postgresql):$group" "$pg_dir"/*.conf
}

# The server's own user is the superuser; every role of ours has a password, and one database.
write_pg_access() {
	local hba=$pg_dir/pg_hba.conf
	printf '%s\n' 'local all postgres peer map=owner' 'local aegis all scram-sha-256' 'local all all reject' >"$hba.new"
	echo "owner $(user_of postgresql) postgres" >"$pg_dir/pg_ident.conf"
	[ -z "$as_root" ] || chown "$(user_of postgresql):$group" "$hba.new" "$pg_dir/pg_ident.conf"
	chmod 600 "$hba.new" "$pg_dir/pg_ident.conf"
	if cmp -s "$hba.new" "$hba"; then
		rm "$hba.new"
	else
		mv "$hba.new" "$hba"
		! pg_ready || run_as "$(user_of postgresql)" "$pg_bin/pg_ctl" -D "$pg_dir" -s reload
	fi
}

# svlogd sets the modes of its files by itself, so the folder decides who reads them.
make_log_dir() {
	mkdir -p "$data_dir/log/$1"
	chmod 0750 "$data_dir/log/$1"
}

# A tenth of what another daemon gets while there is not enough for all.
auth_nice=10

# A service directory for runsv: service NAME USER COMMAND..., logs kept by svlogd.
service() {
	local name=$1 user=$2 dir=$data_dir/sv/$1
	shift 2
	mkdir -p "$dir/log"
	make_log_dir "$name"
	{
		echo '#!/bin/sh'
		echo 'exec 2>&1'
		echo 'cd /'
		# Where Linux shares the processor by session, the low priority of auth's hashing threads says nothing to other daemons.
		[ "$name" != auth ] || echo "{ echo $auth_nice >/proc/self/autogroup; } 2>/dev/null || :"
		if [ -n "$as_root" ]; then
			echo "exec chpst -u $user:$(group_of "$user") $*"
		else
			echo "exec $*"
		fi
	} >"$dir/run.new"
	printf '#!/bin/sh\numask 027\nexec svlogd -b 65536 %s\n' "$data_dir/log/$name" >"$dir/log/run"
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
	service redis "$(user_of redis)" "redis-server $redis_config"
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
redis_ready() { [ "$(redis_operator ping)" = PONG ]; }

start_servers() {
	make_users_and_dirs
	init_postgresql
	write_pg_access
	make_keys
	write_redis_config
	define_servers
	start_supervisor
	wait_for 30 PostgreSQL pg_ready
	restart_if_newer redis "$redis_config" "$data_dir/sv/redis/run"
	wait_for 15 Redis redis_ready
}
