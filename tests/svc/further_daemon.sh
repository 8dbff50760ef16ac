#!/usr/bin/env bash
# A further daemon costs its own folder, its .proto, and the words it brings to proto/manifest:
# adds one to a copy of the tree, touches nothing else, and builds it.
#
#   further_daemon.sh SOURCE_DIR
set -euo pipefail

source=$(realpath "$1")
tree=$(mktemp -d /tmp/aegis-further-XXXXXX)
trap 'rm -rf "$tree"' EXIT
fail() { echo "further_daemon: $*" >&2; exit 1; }

copy_tree() {
	(cd "$source" && tar --exclude=./build --exclude=./.git --exclude=./var -cf - .) | tar -xf - -C "$tree"
}

# services/ledger and its contract, made from the sample of the tests.
add_ledger() {
	local sample=$tree/tests/svc/sample ledger=$tree/services/ledger
	mkdir -p "$ledger" "$tree/proto/aegis/ledger/v1"
	cp -r "$sample/main.c" "$sample/note.c" "$sample/note.h" "$sample/rpc" "$sample/sql" "$ledger/"
	cp "$sample/proto/aegis/sample/v1/sample.proto" "$tree/proto/aegis/ledger/v1/ledger.proto"
	echo 'aegis_service(ledger LINKS aegis_proto_ledger_client)' >"$ledger/CMakeLists.txt"
	grep -rlE 'sample|Sample|SAMPLE' "$ledger" "$tree/proto/aegis/ledger" |
		xargs sed -i 's/sample/ledger/g; s/Sample/Ledger/g; s/SAMPLE/LEDGER/g'
	# A reason of its own, in the contract and in the code.
	sed -i 's/\["NOT_FOUND"\]/["NOTE_NOT_FOUND"]/' "$tree/proto/aegis/ledger/v1/ledger.proto"
	sed -i 's/FAIL(NOT_FOUND)/FAIL(NOTE_NOT_FOUND)/' "$ledger/rpc/get_note.c"
}

# New words stand in the manifest, one line each; nothing else of the tree is edited.
add_words() {
	local dir=$tree/proto/manifest
	echo 'notes:read | see notes | owner admin' >>"$dir/permissions.txt"
	echo 'notes:write | keep notes | owner admin' >>"$dir/permissions.txt"
	echo 'notes:write | keep notes' >>"$dir/scopes.txt"
	echo 'NOTE_NOT_FOUND | NOT_FOUND | There is no such note. | Check the id.' >>"$dir/reasons.txt"
}

copy_tree
touch "$tree/.before"
add_ledger
add_words
changed=$(cd "$tree" && find . -newer .before -type f ! -path './services/ledger/*' ! -path './proto/aegis/ledger/*' ! -path './proto/manifest/*')
[ -z "$changed" ] || fail "other files were edited: $changed"

# The compiler's cache knows the copy by its relative paths.
export CCACHE_BASEDIR=$tree CCACHE_NOHASHDIR=1
cmake -S "$tree" -B "$tree/build" -G Ninja -DCMAKE_C_COMPILER=gcc -DAEGIS_TESTS=OFF >"$tree/log" 2>&1 ||
	{ tail -20 "$tree/log"; fail "the tree cannot be configured"; }
nice ninja -C "$tree/build" aegis-ledger aegisctl aegis_routes >"$tree/log" 2>&1 ||
	{ grep -E 'error|FAILED|protoc' "$tree/log" | head -20; fail "the daemon cannot be built"; }

"$tree/build/services/ledger/aegis-ledger" --version | grep -q '^aegis-ledger ' || fail "it does not run"
grep -q '"/api/notes' "$tree/build/gen/gateway/routes.c" || fail "the gateway has no route to it"
grep -q '"ledger"' "$tree/build/gen/migrations.c" || fail "its tables are not migrated"
here=$tree/deploy bash -c '. "$here/lib/common.sh"; echo "${daemons[*]}"' | grep -qw ledger || fail "deploy does not start it"
"$tree/build/services/ctl/aegisctl" keys init --secrets "$tree/secrets" >/dev/null
[ -d "$tree/secrets/ledger" ] || fail "it gets no keys"
echo ok
