#!/usr/bin/env bash
# Updates: what is told, whom they concern, and who runs old code afterwards.
#
#   upgrade.sh SOURCE_DIR
set -euo pipefail

source=$(realpath "$1")
place=$(mktemp -d /var/tmp/aegis-upgrade-XXXXXX)
child=
trap '[ -z "$child" ] || kill "$child" 2>/dev/null; rm -rf "$place"' EXIT
export AEGIS_DATA=$place/data AEGIS_DAEMONS=tenant NO_COLOR=1
failed=0
wrong() { echo "$*"; failed=$((failed + 1)); }

here=$source/deploy
set -- up
for part in common packages build servers daemons upgrade commands; do
	# shellcheck source=/dev/null
	. "$here/lib/$part.sh"
done

said=$(print_changes $'a 1\nb 2\nlibc6:amd64 2.36-9' $'a 1\nb 3\nc 1\nlibc6:amd64 2.36-10')
[ "$said" = $'    b 2 → 3\n    c new → 1\n    libc6:amd64 2.36-9 → 2.36-10' ] || wrong "changes: $said"
[ "$(print_changes 'a 1' 'a 1')" = "    everything is current" ] || wrong "nothing changed: $(print_changes 'a 1' 'a 1')"

# apt-get is asked for the packages in use alone, and only to upgrade them.
mkdir "$place/bin"
printf '#!/bin/sh\necho "$*" >>%s/asked\n' "$place" >"$place/bin/apt-get"
chmod 755 "$place/bin/apt-get"
as_admin() { PATH=$place/bin:$PATH "$@"; }
upgrade_now libpq5 redis-server
[ "$(cat "$place/asked")" = $'update -q\ninstall -y -q --no-install-recommends --only-upgrade libpq5 redis-server' ] || wrong "asked: $(cat "$place/asked")"

cp /bin/sleep "$place/program"
"$place/program" 60 &
child=$!
until [ "$(readlink "/proc/$child/exe")" = "$place/program" ]; do :; done
! runs_old_code "$child" || wrong "a process of a current file runs old code"
cp /bin/sleep "$place/newer"
mv "$place/newer" "$place/program"
runs_old_code "$child" || wrong "a process of a replaced file runs current code"

# A daemon hides its memory from its own user: root looks, and what nobody may look at counts as old.
if [ -n "$as_root" ]; then
	kill "$child"
	runuser -u nobody -- /usr/bin/python3 -c '
import ctypes, sys, time
ctypes.CDLL(None).prctl(4, 0)
print("hidden", flush=True)
time.sleep(60)' >"$place/hidden" &
	wrapper=$!
	until grep -q hidden "$place/hidden"; do kill -0 $wrapper || break; done
	child=$(pgrep -P $wrapper)
	as_nobody() { # DEFINITION-OF-as_admin
		chmod 755 "$place"
		runuser -u nobody -- bash -c "$1; $(declare -f runs_old_code); runs_old_code $child"
	}
	if cat "/proc/$child/maps" >/dev/null 2>&1; then
		! runs_old_code "$child" || wrong "root does not look into a daemon's memory"
	fi
	as_nobody 'as_admin() { false; }' || wrong "a process that nobody may look at runs current code"
	as_nobody 'as_admin() { echo "7f00-7f01 r-xp 0 0 1 /usr/lib/x.so (deleted)"; }' || wrong "what root sees does not count"
	! as_nobody 'as_admin() { echo "7f00-7f01 r-xp 0 0 1 /usr/lib/x.so"; }' || wrong "what root sees does not count"
fi
exit $((failed > 0))
