#!/usr/bin/env bash
# A question about a command never carries it out, and no command ignores a word it does not know.
#
#   help.sh SOURCE_DIR
set -euo pipefail

source=$(realpath "$1")
place=$(mktemp -d /tmp/aegis-help-XXXXXX)
trap 'rm -rf "$place"' EXIT
unset AEGIS_PORT AEGIS_INSTANCE AEGIS_PRESET
failed=0

wrong() { echo "$*"; failed=$((failed + 1)); }

mkdir -p "$place/tree" "$place/data/sv" "$place/bin"
cp -r "$source/deploy" "$place/tree/"
echo precious >"$place/data/kept"
export AEGIS_DATA=$place/data AEGIS_DAEMONS=tenant
# Whatever would change the machine tells of it instead.
for program in apt-get cmake ctest debootstrap sv runsvdir psql; do
	printf '#!/bin/sh\necho "%s $*" >>%s\n' "$program" "$place/acted" >"$place/bin/$program"
	chmod 755 "$place/bin/$program"
done
export PATH=$place/bin:$PATH

state() { (cd "$place" && find tree data -printf '%p %T@ %s\n' | sort); }
before=$(state)

expect_nothing_done() { # WORDS
	[ ! -e "$place/acted" ] || wrong "'$1' acted: $(cat "$place/acted")"
	rm -f "$place/acted"
	[ "$(state)" = "$before" ] || wrong "'$1' changed files"
}

commands=$("$place/tree/deploy/aegis" --help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p' | sort -u)
[ "$(wc -w <<<"$commands")" -ge 12 ] || wrong "the usage lists only: $commands"

for command in $commands; do
	for flag in -h --help; do
		said=$("$place/tree/deploy/aegis" "$command" "$flag" </dev/null 2>&1) || [ "$command" = ctl ] ||
			wrong "'$command $flag' fails: $said"
		case $command in
		ctl) [[ $said == *"not built"* ]] || wrong "'ctl $flag' says: $said" ;;
		*) [[ $said == *"usage: deploy/aegis $command"* || $said == *"usage: deploy/aegis fresh"* ]] || wrong "'$command $flag' says: $said" ;;
		esac
		expect_nothing_done "$command $flag"
	done
done

# A question in another place than the first is one, too.
for words in "reset now --help" "up --upgrade --help" "down -h now" "test -R paths --help" "bench login --help" "chaos --cycles 3 -h"; do
	# shellcheck disable=SC2086
	"$place/tree/deploy/aegis" $words </dev/null >"$place/said" 2>&1 || wrong "'$words' fails: $(cat "$place/said")"
	grep -q "^usage: deploy/aegis ${words%% *}" "$place/said" || wrong "'$words' says: $(cat "$place/said")"
	expect_nothing_done "$words"
done

for words in "reset everything" "down gateway" "status --all" "env x" "demo x" "up everything" "sbom a b"; do
	# shellcheck disable=SC2086
	! "$place/tree/deploy/aegis" $words </dev/null >"$place/said" 2>&1 || wrong "'$words' was accepted"
	grep -q '^aegis: ' "$place/said" || wrong "'$words' says: $(cat "$place/said")"
	expect_nothing_done "$words"
done
exit $((failed > 0))
