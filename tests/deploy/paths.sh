#!/usr/bin/env bash
# Where deploy/aegis keeps data and programs, and which port it means.
#
#   paths.sh SOURCE_DIR
set -euo pipefail

source=$(realpath "$1")
place=$(mktemp -d /tmp/aegis-paths-XXXXXX)
trap 'rm -rf "$place"' EXIT
unset AEGIS_PORT AEGIS_DATA AEGIS_INSTANCE
export AEGIS_DAEMONS=tenant
failed=0

# One statement evaluated by a checkout's own parts: said CHECKOUT COMMAND STATEMENT
said() {
	here=$1/deploy bash -c 'set -euo pipefail
		statement=$2 && set -- $1
		for part in common packages build servers daemons upgrade commands; do . "$here/lib/$part.sh"; done
		eval "$statement"' - "$2" "$3" 2>&1
}

expect() { # WHAT WANTED GOT
	[ "$2" = "$3" ] || { echo "$1: '$3', not '$2'"; failed=$((failed + 1)); }
}

mkdir -p "$place/open" "$place/home/checkout"
cp -r "$source/deploy" "$place/open/"
cp -r "$source/deploy" "$place/home/checkout/"
chmod 755 "$place" "$place/open"
chmod 700 "$place/home"
open=$place/open hidden=$place/home/checkout

expect "data of a checkout that everybody can enter" "$open/var" "$(said "$open" up 'echo $data_dir')"
expect "a program of it" /bin/true "$(said "$open" up 'runnable /bin/true')"
if [ "$(id -u)" = 0 ]; then
	expect "what hides a checkout in a private home" "$place/home" "$(said "$hidden" up 'echo $hidden_by')"
	expect "its data" /var/lib/aegis- "$(said "$hidden" up 'echo ${data_dir%-*}-')"
	export AEGIS_DATA=$place/open/data
	expect "a program of it" "$AEGIS_DATA/bin/true" "$(said "$hidden" up 'runnable /bin/true')"
	cmp -s /bin/true "$AEGIS_DATA/bin/true" || expect "the copy" same different
	first=$(stat -c %i "$AEGIS_DATA/bin/true")
	said "$hidden" up 'runnable /bin/true' >/dev/null
	expect "the copy of an unchanged program" "$first" "$(stat -c %i "$AEGIS_DATA/bin/true")"
	unset AEGIS_DATA
fi

expect "the port of a first start" 8080 "$(said "$open" up 'echo $port')"
mkdir -p "$open/var/etc"
echo 'http_port = 9123' >"$open/var/etc/gateway.conf"
expect "the port that up means" 8080 "$(said "$open" up 'echo $port')"
expect "the port that the others find" 9123 "$(said "$open" env 'echo $port $private_port' | cut -d' ' -f1)"
expect "the port that is asked for" 9200 "$(AEGIS_PORT=9200 said "$open" env 'echo $port')"

for wrong in 0 abc 63535 123456; do
	[[ $(AEGIS_PORT=$wrong said "$open" up true) == *"AEGIS_PORT is '$wrong'"* ]] || expect "a port that is none" refused "$wrong"
done

said "$open" up 'log_progress "$here/log" sh -c "echo one; exit 3" || echo $?' | grep -qx 3 || expect "the status of what is logged" 3 another
expect "its output" one "$(cat "$open/deploy/log")"
exit $((failed > 0))
