# Which code runs here, and how it is kept current.

# Every program of the cluster: ours, then the servers and what supervises them.
running_programs() {
	local name
	for name in "${daemons[@]}"; do echo "$build_dir/services/$name/aegis-$name"; done
	printf '%s\n' "$build_dir/gateway/aegis-gateway" "$build_dir/services/ctl/aegisctl" "$pg_bin/postgres" \
		"$build_dir/libcommon/prover/aegis-prover" "$(command -v redis-server)" "$(command -v runsv)" "$(command -v svlogd)" /usr/bin/python3
}

cmd_sbom() {
	takes_no_arguments sbom "$@"
	[ -x "$build_dir/services/ctl/aegisctl" ] || die "not built (deploy/aegis up first)"
	local programs commit
	mapfile -t programs < <(running_programs)
	commit=$(git -C "$root" rev-parse HEAD 2>/dev/null || echo unknown)
	[ "$commit" = unknown ] || [ -z "$(git -C "$root" status --porcelain --untracked-files=no)" ] || commit=$commit-modified
	/usr/bin/python3 "$here/lib/sbom.py" --version "$(aegisctl version | cut -d' ' -f2)" --commit "$commit" "${programs[@]}"
}

# Packages that were asked for and those that the programs are linked with: names as apt knows them.
packages_in_use() {
	printf '%s\n' "${run_packages[@]}" "${build_packages[@]}"
	[ ! -x "$build_dir/services/ctl/aegisctl" ] || cmd_sbom | jq -r '.components[] | select(.type == "library") | .name'
}

package_versions() { dpkg-query -W -f '${binary:Package} ${Version}\n' | sort; }

# Of the packages in use alone: the rest of the machine is its owner's affair.
upgrade_packages() {
	local packages before after log
	log=$(install_log)
	mapfile -t packages < <(packages_in_use | sort -u)
	say "Applying updates of the ${#packages[@]} packages that are used here"
	before=$(package_versions)
	without_services log_progress "$log" upgrade_now "${packages[@]}" || {
		tail -20 "$log" >&2
		die "the updates could not be applied (the whole output is in $log)"
	}
	after=$(package_versions)
	print_changes "$before" "$after"
}

upgrade_now() {
	as_admin apt-get update -q &&
		as_admin env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends --only-upgrade "$@"
}

print_changes() { # BEFORE AFTER
	local name version old n=0
	while read -r name version; do
		old=$(sed -n "s/^$name //p" <<<"$1")
		note "$name ${old:-new} → $version"
		n=$((n + 1))
	done < <(comm -13 <(echo "$1") <(echo "$2"))
	[ $n -gt 0 ] || note "everything is current"
}

# Does a process still run files that were replaced since it began?  The sandbox of a daemon hides its
# memory from its own user, so root looks; a process that nobody may look at counts as old.
runs_old_code() {
	local maps
	maps=$(cat "/proc/$1/maps" 2>/dev/null) || maps=$(as_admin cat "/proc/$1/maps" 2>/dev/null) || return 0
	grep -qE ' /(usr|lib|opt|var|srv|home|root|work)[^ ]* \(deleted\)$' <<<"$maps"
}

restart_old_code() {
	local name pid
	for name in postgresql redis "${daemons[@]}" gateway mail-sink web-sink; do
		pid=$(cat "$data_dir/sv/$name/supervise/pid" 2>/dev/null) && [ -n "$pid" ] || continue
		runs_old_code "$pid" || continue
		note "restarting $name: it runs files that were replaced"
		sv -w 35 restart "$data_dir/sv/$name" >/dev/null || true
	done
}
