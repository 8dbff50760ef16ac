# What the user asks for, one function a command.

cmd_up() {
	local started=$SECONDS upgrade=
	if [ "${1:-}" = --upgrade ]; then upgrade=1 && shift; fi
	[ $# = 0 ] || die "up takes --upgrade and no other argument (AEGIS_PORT chooses the port)"
	need_root_or_sudo
	[ -z "$hidden_by" ] || note "other users cannot enter $hidden_by: data and copies of the programs are in $data_dir"
	install_packages "${run_packages[@]}" "${build_packages[@]}"
	[ -z "$upgrade" ] || upgrade_packages
	build_preset "$preset"
	check_port
	say "Starting PostgreSQL and Redis (private, sockets in $run_dir)"
	start_servers
	make_database
	say "Migrating the database"
	migrate
	own_secrets
	say "Starting the gateway and ${#daemons[@]} daemons"
	start_daemons
	if [ -n "$upgrade" ]; then
		restart_old_code
		wait_for 30 PostgreSQL pg_ready
		wait_for 30 "the gateway" gateway_ready
	fi
	run_demo || {
		note "everything keeps running; look with: deploy/aegis logs"
		exit 1
	}
	print_summary $((SECONDS - started))
}

# A word that a command would ignore may be the mistake of somebody who meant another command.
takes_no_arguments() {
	local name=$1
	shift
	[ $# = 0 ] || die "$name takes no arguments, and '$1' is one (deploy/aegis --help)"
}

need_root_or_sudo() {
	[ -n "$as_root" ] || [ -z "$(missing_packages "${run_packages[@]}" "${build_packages[@]}")" ] ||
		command -v sudo >/dev/null || die "packages are missing: run this as root once, or install sudo"
}

demo_file() { echo "$data_dir/demo.json"; }

run_demo() {
	say "The demo journey"
	/usr/bin/python3 "$here/demo/journey.py" --url "http://127.0.0.1:$port" --mail "$data_dir/mail" \
		--web "$data_dir/web" --web-url "http://127.0.0.1:$demo_web_port" --state "$(demo_file)" \
		--ctl "$build_dir/services/ctl/aegisctl" \
		--admin-command "$here/aegis ctl admin create"
}

print_summary() {
	say "Aegis is up after $1 s"
	note "API         http://127.0.0.1:$port        (try /docs, /openapi.json, /api/health)"
	note "metrics     http://127.0.0.1:$private_port/metrics"
	[ ! -e "$(demo_file)" ] || jq -r '"    owner       \(.owner.email) / \(.owner.password)\n    platform    \(.admin.email) / \(.admin.password)\n    partner key \(.partnerKey)"' "$(demo_file)"
	note "shell       eval \"\$(deploy/aegis env)\"    logs: deploy/aegis logs    stop: deploy/aegis down"
}

cmd_down() {
	takes_no_arguments down "$@"
	stop_all
	say "Stopped; the data stays in $data_dir (deploy/aegis reset deletes it)"
}

cmd_status() {
	takes_no_arguments status "$@"
	local name state ready
	if ! supervisor_pid >/dev/null; then
		note "not running (start it with deploy/aegis up)"
		exit 3
	fi
	for name in postgresql redis "${daemons[@]}" gateway mail-sink web-sink; do
		state=$(sv status "$data_dir/sv/$name" 2>&1 | sed "s|$data_dir/sv/||; s|; run: log.*||")
		note "$state"
	done
	ready=$(curl -s --max-time 5 "http://127.0.0.1:$port/api/health" || true)
	note "health: ${ready:-the gateway does not answer on port $port}"
	gateway_ready
}

cmd_logs() {
	local name files=()
	for name in "${@:-}"; do
		if [ -n "$name" ]; then
			[ -d "$data_dir/log/$name" ] || die "no log of '$name' (known: postgresql redis ${daemons[*]} gateway)"
			files+=("$data_dir/log/$name/current")
		fi
	done
	[ ${#files[@]} -gt 0 ] || files=("$data_dir"/log/*/current)
	[ -e "${files[0]}" ] || die "nothing has been logged yet (deploy/aegis up first)"
	exec tail -q -n 50 -F "${files[@]}"
}

# As the migrator, who sees every tenant; with --tenant as a daemon, behind row-level security.
cmd_psql() {
	local role=aegis_migrator file=migrator/db.password tenant= daemon=tenant password
	while [ $# -gt 0 ]; do
		case $1 in
		--tenant) tenant=${2:?--tenant needs an id} && shift 2 ;;
		--as) daemon=${2:?--as needs a daemon} && shift 2 ;;
		*) break ;;
		esac
	done
	if [ -n "$tenant" ]; then
		role=aegis_$daemon file=$daemon/db.password
	fi
	password=$(cat "$data_dir/secrets/$file" 2>/dev/null) || die "no password of $role (deploy/aegis up first)"
	PGREQUIREPEER=$(user_of postgresql) PGPASSWORD=$password PGOPTIONS="${tenant:+-c app.current_tenant_id=$tenant}" exec psql -X \
		-h "$pg_socket_dir" -U "$role" -d aegis "$@"
}

cmd_env() {
	takes_no_arguments env "$@"
	[ -e "$(demo_file)" ] || die "no demo data (deploy/aegis up first)"
	jq -r --arg url "http://127.0.0.1:$port" '
		["AEGIS_URL", $url], ["AEGIS_OWNER_EMAIL", .owner.email], ["AEGIS_OWNER_PASSWORD", .owner.password],
		["AEGIS_ADMIN_EMAIL", .admin.email],
		["AEGIS_ADMIN_PASSWORD", .admin.password], ["AEGIS_PARTNER_KEY", .partnerKey], ["AEGIS_TENANT_ID", .tenantId], ["AEGIS_PROGRAM_ID", .programId]
		| "export \(.[0])=\(.[1] | @sh)"' "$(demo_file)"
}

cmd_demo() {
	takes_no_arguments demo "$@"
	supervisor_pid >/dev/null || die "nothing runs (deploy/aegis up first)"
	run_demo
}

cmd_reset() {
	takes_no_arguments reset "$@"
	stop_all
	rm -rf "$data_dir" "$run_dir"
	say "Stopped, and $data_dir deleted"
}

cmd_ctl() {
	[ -x "$build_dir/services/ctl/aegisctl" ] || die "not built (deploy/aegis up first)"
	AEGIS_CTL_SECRETS=$data_dir/secrets AEGIS_CTL_URL=http://127.0.0.1:$port \
		AEGIS_CTL_DB=$(pg_conninfo) exec "$build_dir/services/ctl/aegisctl" "$@"
}

run_ctest() { # PRESET ARGUMENTS OF CTEST
	local preset=$1
	shift
	say "Testing (preset $preset)"
	(cd "$root" && ctest --preset "$preset" -j "$jobs" "$@")
}

# Every test.  Each build directory has its own ctest run and summary, and a table at the end says what each took.  The
# last run is the dev preset's, with ASan and UBSan, against real servers.
cmd_test() {
	local failed=0 from=$SECONDS
	timed "Debian packages" install_packages "${run_packages[@]}" "${build_packages[@]}" "${test_packages[@]}"
	timed "build, preset dev" build_preset dev
	if [ $# -gt 0 ]; then
		run_ctest dev "$@"
		return
	fi
	timed "build, preset clang" build_preset clang
	timed "clang-tidy" run_ctest clang -R '^tree_tidy$' || failed=1
	timed "build, preset tsan" build_preset tsan
	timed "tests with ThreadSanitizer" run_ctest tsan || failed=1
	timed "build, preset fuzz" build_preset fuzz
	timed "fuzz targets" run_ctest fuzz -L fuzz || failed=1
	timed "tests with ASan and UBSan" run_ctest dev -LE chaos || failed=1
	timed "chaos" run_ctest dev -L chaos || failed=1
	say "What each part took"
	print_parts $((SECONDS - from)) < <(printf '%s\n' "${parts[@]}")
	[ $failed = 0 ] || die "some tests failed: see the summaries above"
}

# Needs no cluster: the edge alone beside other servers.  With --write the record is written anew.
compare_verdicts() {
	install_packages "${build_packages[@]}" "${bench_packages[@]}"
	mkdir -p "$root/build"
	(cd "$root" && cmake --preset release && cmake --build --preset release --target edge_echo -j "$jobs") >"$root/build/edge_echo.log" 2>&1 ||
		die "edge_echo could not be built (the whole output is in $root/build/edge_echo.log)"
	"$root/tests/gateway/verdicts/compare.py" "$root/build/release/tests/gateway/edge_echo" "$@"
}

# One checkout's cluster for `bench ab`: its own command starts it, on its own port, without limits of the rate.
# Prints what its worker needs to know, as JSON.
start_side() {
	local side=$1 side_port=$2
	export AEGIS_INSTANCE=bench-ab AEGIS_PORT=$side_port AEGIS_PRESET=release AEGIS_GATEWAY_RATE_PERCENT=1000000
	"$side/deploy/aegis" up >"$root/build/ab-$side_port.log" 2>&1 &&
		cmake --build "$side/build/release" --target bench_programs -j "$jobs" >>"$root/build/ab-$side_port.log" 2>&1 || {
		tail -20 "$root/build/ab-$side_port.log" >&2
		die "the cluster of $side could not be started"
	}
	here=$side/deploy bash -euc '. "$here/lib/common.sh"
		jq -nc --arg data "$data_dir" --arg run "$run_dir" --arg build "$build_dir" \
			"{AEGIS_BENCH_DATA: \$data, AEGIS_BENCH_RUN: \$run, AEGIS_BENCH_BUILD: \$build}"' - bench
}

# The checkout beside this one.  The trap runs when the locals of compare_states are gone.
other_side=

stop_sides() {
	local side
	for side in "$root" "$other_side"; do
		AEGIS_INSTANCE=bench-ab "$side/deploy/aegis" down >/dev/null 2>&1 ||
			echo "aegis: the cluster of $side is still up (AEGIS_INSTANCE=bench-ab $side/deploy/aegis down)" >&2
	done
}

compare_states() {
	local other=${1:-}
	case "$other" in
	-h | --help) exec "$root/tests/bench/ab" --help ;;
	"" | -*) die "bench ab needs another checkout: deploy/aegis bench ab OTHER [NAME ...] [--pairs N]" ;;
	esac
	shift
	other=$(cd "$other" 2>/dev/null && pwd) && [ -x "$other/deploy/aegis" ] || die "there is no checkout with deploy/aegis at that path"
	[ "$other" != "$root" ] || die "a checkout cannot be compared with itself: git worktree add ../before COMMIT"
	install_packages "${run_packages[@]}" "${build_packages[@]}" "${bench_packages[@]}"
	mkdir -p "$root/build"
	other_side=$other
	trap stop_sides EXIT
	export AEGIS_AB_PORT_A=8710 AEGIS_AB_PORT_B=8730 AEGIS_AB_A AEGIS_AB_B
	say "Building and starting A, $root"
	AEGIS_AB_A=$(start_side "$root" $AEGIS_AB_PORT_A)
	say "Building and starting B, $other"
	AEGIS_AB_B=$(start_side "$other" $AEGIS_AB_PORT_B)
	"$root/tests/bench/ab" "$other" "$@"
}

# Benchmarks have a cluster of their own, beside whatever runs, on another port and
# without limits of the rate that would be measured instead.
cmd_bench() {
	case " $* " in
	" ab "*) ;;
	*" -h "* | *" --help "*)
		help_of bench
		return
		;;
	esac
	if [ "${1:-}" = http-verdicts ]; then
		shift
		compare_verdicts "$@"
		return
	fi
	if [ "${1:-}" = ab ]; then
		shift
		compare_states "$@"
		return
	fi
	if [ "$instance" != bench-stand ]; then
		AEGIS_INSTANCE=bench-stand AEGIS_PORT=${AEGIS_BENCH_PORT:-8700} AEGIS_PRESET=release exec "$here/aegis" bench "$@"
	fi
	install_packages "${run_packages[@]}" "${build_packages[@]}" "${bench_packages[@]}"
	build_preset release
	(cd "$root" && cmake --build --preset release --target bench_programs -j "$jobs") >>"$root/build/release.log" 2>&1 ||
		die "the benchmarks' programs could not be built (the whole output is in $root/build/release.log)"
	# Every run begins with an empty database: what an earlier one left would be measured too.
	stop_all
	rm -rf "$data_dir" "$run_dir"
	check_port
	trap stop_all EXIT
	say "Starting the benchmarks' own cluster"
	export AEGIS_GATEWAY_RATE_PERCENT=1000000
	start_servers
	make_database
	migrate
	own_secrets
	start_daemons
	AEGIS_BENCH_DATA=$data_dir AEGIS_BENCH_RUN=$run_dir AEGIS_BENCH_BUILD=$build_dir "$root/tests/bench/run" "$@"
}

# Strikes only what this checkout's supervisor started.
cmd_chaos() {
	supervisor_pid >/dev/null || die "nothing runs (deploy/aegis up first)"
	on_cluster chaos.py "$@"
}

# A program of tests/chaos, told where this cluster is.
on_cluster() {
	local program=$1
	shift
	/usr/bin/python3 "$root/tests/chaos/$program" --data "$data_dir" --run "$run_dir" --build "$build_dir" \
		--port "$port" --daemons "${daemons[*]}" "$@"
}
