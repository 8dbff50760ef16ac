#!/usr/bin/env bash
# A new field costs the lines that CONTRIBUTING.md names under "A new field": adds one to a copy of the
# tree, touches nothing else, builds the copy and calls it.
#
#   new_field.sh SOURCE_DIR
set -euo pipefail

source=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
# shellcheck source=/dev/null
. "$here/grown_tree.sh"

proto=proto/aegis/program/v1/program.proto
queries=services/program/sql/queries.sql
migration=services/program/sql/9000_reward.sql

copy_tree
cd "$tree"
sed -i '/^message Program {/,/^}/ s|^}|  // What the consumer gets.\n  string reward = 900 [(aegis.field) = {max_len: 40, trim: true}, (aegis.write) = CREATE_AND_UPDATE];\n}|' "$proto"
sed -i '/^-- row: program = /,/)$/ s|sponsor text write, |sponsor text write, reward text write, |' "$queries"
echo "ALTER TABLE program.program ADD COLUMN reward text NOT NULL DEFAULT '';" >"$migration"
expect_edited "$proto" "$queries" "$migration"
lines=$(grep -rnw reward proto services | wc -l)
[ "$lines" -le 4 ] || fail "the field costs $lines lines"

build_tree aegis-auth aegis-tenant aegis-program aegis-prover
try_tree "$here/new_field.py" auth tenant program
echo ok
