# Where things are, and how this command speaks.  Sourced by deploy/aegis.

root=$(cd "$here/.." && pwd)
instance=${AEGIS_INSTANCE:-}
checkout_hash=$(printf '%s' "$root|$instance" | sha256sum | cut -c1-10)
preset=${AEGIS_PRESET:-release}
build_dir=$root/build/$preset

# Every folder of services/ with a main.c and a contract is a daemon; the gateway is started last.
find_daemons() {
	local main name
	for main in "$root"/services/*/main.c; do
		name=$(basename "$(dirname "$main")")
		[ ! -e "$root/proto/aegis/$name/v1/$name.proto" ] || printf '%s ' "$name"
	done
}
daemons=(${AEGIS_DAEMONS:-$(find_daemons)})

if [ "$(id -u)" = 0 ]; then
	as_root=1
	run_dir=/run/aegis-$checkout_hash
else
	as_root=
	run_dir=${XDG_RUNTIME_DIR:-/tmp}/aegis-$checkout_hash
fi

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
	bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' green=$'\e[32m' plain=$'\e[0m'
else
	bold='' dim='' red='' green='' plain=''
fi

say() { printf '%s==>%s %s\n' "$bold$green" "$plain" "$*"; }
note() { printf '    %s\n' "$*"; }
die() {
	printf '%saegis: %s%s\n' "$red" "$*" "$plain" >&2
	exit 1
}

# Runs a command as root: directly, or through sudo.
as_admin() {
	if [ -n "$as_root" ]; then
		"$@"
	elif command -v sudo >/dev/null 2>&1; then
		sudo "$@"
	else
		die "this needs root: run deploy/aegis as root or install sudo"
	fi
}

# Each daemon is a user of its own; below a private home, as root's is, it can enter neither
# the checkout nor its data: hidden_by is the folder that keeps it out.
find_hiding() {
	local path=$root
	[ -n "$as_root" ] || return 0
	while [ "$path" != / ]; do
		[ "$(($(stat -c '0%a' "$path") & 1))" = 1 ] || hidden_by=$path
		path=$(dirname "$path")
	done
}
hidden_by=
find_hiding
data_dir=$root/var${instance:+/$instance}
[ -z "$hidden_by" ] || data_dir=/var/lib/aegis-$checkout_hash
data_dir=${AEGIS_DATA:-$data_dir}
umask 022

# Only `up` chooses a port; every other command finds the one that the cluster has.
running_port() { sed -n 's/^http_port = //p' "$data_dir/etc/gateway.conf" 2>/dev/null || true; }
port=${AEGIS_PORT:-}
[ -n "$port" ] || [ "${1:-}" = up ] || port=$(running_port)
port=${port:-8080}
[[ $port =~ ^[1-9][0-9]{0,4}$ && $((port + 2001)) -le 65535 ]] ||
	die "AEGIS_PORT is '$port', not a number from 1 to 63534 (ports <port>, +1000, +2000 and +2001 are used)"

# log_progress LOG COMMAND...: the command's output goes to LOG; a line every ten seconds tells how far it is.
log_progress() {
	local log=$1 teller status=0
	shift
	: >"$log"
	# Without our output in its hands, the last sleep keeps nobody waiting who reads us.
	while sleep 10 >/dev/null 2>&1 && kill -0 $$ 2>/dev/null; do
		note "… $(tail -n 1 "$log" | cut -c1-90)"
	done &
	teller=$!
	("$@") >"$log" 2>&1 || status=$?
	kill "$teller" 2>/dev/null || true
	wait "$teller" 2>/dev/null || true
	return $status
}

# Polls a command until it succeeds: wait_for SECONDS WHAT COMMAND...
wait_for() {
	local deadline=$((SECONDS + $1)) what=$2
	shift 2
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$deadline" ] || die "$what is not ready: see deploy/aegis logs"
		sleep 0.1
	done
}

# timed NAME COMMAND...: runs the command and keeps how many seconds it took, for print_parts.
parts=()
timed() {
	local name=$1 from=$SECONDS status=0
	shift
	"$@" || status=$?
	parts+=("$((SECONDS - from)) $name$([ $status = 0 ] || echo ' (FAILED)')")
	return $status
}

# print_parts TOTAL <LINES: a table of lines of the form "SECONDS NAME", and the total.
print_parts() {
	local took part
	printf '    %8s  %s\n' seconds part
	while read -r took part; do printf '    %8s  %s\n' "$took" "$(echo "$part" | cut -c1-90)"; done
	printf '    %8s  %s\n' "$1" "in all"
}
