# Configuration, secrets and life of the daemons, all below the supervisor.

demo_mail_port=$((port + 2000))
demo_web_port=$((port + 2001))
private_port=$((port + 1000))

aegisctl() { "$build_dir/services/ctl/aegisctl" "$@"; }

# One file a daemon, rewritten at every start: addresses may have moved.
write_config() {
	local name=$1 file=$data_dir/etc/$1.conf peer
	# Only a changed file gets a new time: it is what restarts a daemon.
	{
		echo "# Written by deploy/aegis; edit the environment (AEGIS_${name^^}_KEY) instead."
		if [ "$name" = gateway ]; then
			echo "lock = $run_dir/rpc/gateway/gateway.lock"
		else
			echo "listen = ipc://$(rpc_socket "$name")"
		fi
		echo "data_dir = $data_dir"
		echo "secrets_dir = $data_dir/secrets"
		for peer in "${daemons[@]}"; do
			[ "$peer" = "$name" ] || echo "peer_$peer = ipc://$(rpc_socket "$peer")"
		done
		if uses_redis "$name"; then printf 'redis = unix:%s\nredis_user = %s\n' "$redis_socket" "$name"; fi
		if [ "$name" = gateway ]; then
			echo "http_port = $port"
			echo "private_port = $private_port"
		else
			echo "db = $(pg_conninfo)"
		fi
		case $name in
		notification)
			printf 'smtp_url = smtp://127.0.0.1:%s\nsmtp_require_tls = false\nmail_from = no-reply@aegis.example\npublic_url = http://127.0.0.1:%s\njob_threads = 4\n' \
				"$demo_mail_port" "$port"
			;;
		# The demo's list is served by its web sink: each source there names the one organization that sees it.
		compliance) printf 'allow_http_loopback = true\n' ;;
		esac
	} >"$file.new"
	cmp -s "$file.new" "$file" 2>/dev/null && rm "$file.new" || mv "$file.new" "$file"
}

make_keys() {
	aegisctl keys init --secrets "$data_dir/secrets" >"$data_dir/log/keys.log" 2>&1 || {
		cat "$data_dir/log/keys.log" >&2
		die "the keys could not be made"
	}
}

# Each daemon reads its own folder and nobody else's.
own_secrets() {
	local name
	[ -n "$as_root" ] || return 0
	chmod 711 "$data_dir/secrets"
	for name in "${daemons[@]}" gateway; do
		if [ -d "$data_dir/secrets/$name" ]; then chown -R "$(user_of "$name"):$group" "$data_dir/secrets/$name"; fi
	done
}

# Where a program can be run from by users who cannot enter the checkout: a copy, if need be.
runnable() {
	local copy=$data_dir/bin/${1##*/}
	if [ -z "$hidden_by" ]; then
		echo "$1"
		return
	fi
	mkdir -p "$data_dir/bin"
	cmp -s "$1" "$copy" || { install -m 755 "$1" "$copy.new" && mv "$copy.new" "$copy"; }
	echo "$copy"
}

define_daemons() {
	local name bin
	for name in "${daemons[@]}" gateway; do
		write_config "$name"
		if [ "$name" = gateway ]; then bin=$build_dir/gateway/aegis-gateway; else bin=$build_dir/services/$name/aegis-$name; fi
		service "$name" "$(user_of "$name")" "$(runnable "$bin") --config $data_dir/etc/$name.conf"
	done
	# program starts it for each proof: it lies beside the daemon, or where the build put both.
	runnable "$build_dir/libcommon/prover/aegis-prover" >/dev/null
	service mail-sink "$(user_of demo)" "/usr/bin/python3 $(runnable "$here/demo/mail_sink.py") $demo_mail_port $data_dir/mail"
	service web-sink "$(user_of demo)" "/usr/bin/python3 -m http.server --bind 127.0.0.1 --directory $data_dir/web $demo_web_port"
}

# restart_if_newer NAME FILE...: when one of the files is newer than the process.
restart_if_newer() {
	local name=$1 started file
	# runsv writes it anew with each process.
	started=$data_dir/sv/$name/supervise/pid
	shift
	[ -s "$started" ] || return 0
	for file in "$@"; do
		if [ "$file" -nt "$started" ]; then
			sv -w 35 restart "$data_dir/sv/$name" >/dev/null || true
			return
		fi
	done
}

# A process whose program or configuration is newer than itself is restarted.
restart_changed() {
	local name
	for name in mail-sink web-sink "${daemons[@]}" gateway; do
		restart_if_newer "$name" "$data_dir/etc/$name.conf" "$data_dir/sv/$name/run" \
			"$(awk '/^exec/ {for (i = 1; i <= NF; i++) if ($i ~ /\/aegis-[a-z]+$/) print $i}' "$data_dir/sv/$name/run" | tail -1)"
	done
}

gateway_ready() { [ "$(curl -s -o /dev/null -w '%{http_code}' --max-time 2 "http://127.0.0.1:$private_port/readyz")" = 200 ]; }

ports_are_ours() {
	local pid
	[ "$(running_port)" = "$port" ] || return 1
	pid=$(cat "$data_dir/sv/gateway/supervise/pid" 2>/dev/null) && [ -n "$pid" ] && [ -d "/proc/$pid" ]
}

check_port() {
	ports_are_ours && return 0
	local taken
	for taken in "$port" "$private_port" "$demo_mail_port" "$demo_web_port"; do
		if (exec 3<>"/dev/tcp/127.0.0.1/$taken") 2>/dev/null; then
			die "port $taken on 127.0.0.1 is taken by another program: choose another with AEGIS_PORT=<port> deploy/aegis up (ports <port>, +1000, +2000 and +2001 are used)"
		fi
	done
}

migrate() {
	local peer=()
	[ -z "$as_root" ] || peer=(--peer "$(user_of postgresql)")
	aegisctl migrate --secrets "$data_dir/secrets" "${peer[@]}" \
		--db "$(pg_conninfo) user=postgres" >"$data_dir/log/migrate.log" 2>&1 || {
		tail -20 "$data_dir/log/migrate.log" >&2
		die "the migration failed (the whole output is in $data_dir/log/migrate.log)"
	}
	note "$(tail -1 "$data_dir/log/migrate.log")"
}

as_db_owner() { run_as "$(user_of postgresql)" "$@"; }

make_database() {
	local psql=(as_db_owner psql -X -q -h "$pg_socket_dir" -U postgres -d postgres)
	[ "$("${psql[@]}" -tAc "SELECT 1 FROM pg_database WHERE datname = 'aegis'")" = 1 ] ||
		"${psql[@]}" -c "CREATE DATABASE aegis"
}

start_daemons() {
	define_daemons
	restart_changed
	wait_for 30 "the gateway" gateway_ready
}

stop_all() {
	local name pid
	if pid=$(supervisor_pid); then
		# The gateway first, so that requests under way still find their daemons.
		for name in gateway "${daemons[@]}" mail-sink web-sink redis postgresql; do
			[ -d "$data_dir/sv/$name" ] && sv -w 35 down "$data_dir/sv/$name" >/dev/null 2>&1 || true
		done
		# HUP makes runsvdir end its runsv processes too.
		kill -HUP "$pid" 2>/dev/null || true
		local deadline=$((SECONDS + 10))
		while [ -d "/proc/$pid" ] && [ "$SECONDS" -lt "$deadline" ]; do sleep 0.1; done
		rm -f "$run_dir/supervisor.pid"
	fi
}
