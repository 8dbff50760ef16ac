# A copy of the tree that grows: what was edited, does it build, does it answer.  Sourced by new_field.sh and new_resource.sh.
#
#   source: the tree that is copied; tree: the copy

tree=$(mktemp -d /tmp/aegis-grown-XXXXXX)
chmod 755 "$tree"
fail() { echo "$(basename "$0" .sh): $*" >&2; exit 1; }

copy_tree() {
	(cd "$source" && tar --exclude=./build --exclude=./.git --exclude=./var -cf - .) | tar -xf - -C "$tree"
	touch "$tree/.before"
	# A file that is edited in the same second as this is newer all the same.
	until touch "$tree/.now" && [ "$tree/.now" -nt "$tree/.before" ]; do :; done
	rm "$tree/.now"
}

# The files that were edited or added, one a line, as CONTRIBUTING.md names them.
expect_edited() { # PATHS
	local edited wanted
	edited=$(cd "$tree" && find . -newer .before -type f | sed 's,^\./,,' | sort)
	wanted=$(printf '%s\n' "$@" | sort)
	[ "$edited" = "$wanted" ] || fail "edited are:"$'\n'"$edited"$'\n'"and not:"$'\n'"$wanted"
}

build_tree() { # TARGETS
	# The compiler's cache knows the copy by its relative paths.
	export CCACHE_BASEDIR=$tree CCACHE_NOHASHDIR=1
	(cd "$tree" && cmake --preset dev -DAEGIS_TESTS=OFF) >"$tree/log" 2>&1 || { tail -20 "$tree/log"; fail "the tree cannot be configured"; }
	nice ninja -C "$tree/build/dev" aegis-gateway aegisctl "$@" >"$tree/log" 2>&1 ||
		{ grep -E 'error:|FAILED:|--aegis_out:|queries.sql:' "$tree/log" | head -20; fail "the tree cannot be built"; }
}

# Starts the daemons named (and the gateway), asks them, and stops them.
try_tree() { # PYTHON-FILE DAEMONS
	local asked=0 script=$1
	shift
	export AEGIS_DAEMONS="$*"
	trap stop_tree EXIT
	"$tree/tests/e2e/cluster.sh" up "$tree/build/dev" >"$tree/log" 2>&1 || { tail -20 "$tree/log"; fail "the cluster does not start"; }
	AEGIS_ROOT=$tree python3 -B "$tree/tests/e2e/run.py" "$tree/build/dev" "$script" || asked=1
	"$tree/tests/e2e/cluster.sh" down "$tree/build/dev" >"$tree/log" 2>&1 || { tail -20 "$tree/log"; fail "the cluster does not stop"; }
	return "$asked"
}

stop_tree() {
	[ ! -e "$tree/build/dev/e2e.env" ] || "$tree/tests/e2e/cluster.sh" down "$tree/build/dev" >/dev/null 2>&1 || true
	rm -rf "$tree"
}
trap stop_tree EXIT
