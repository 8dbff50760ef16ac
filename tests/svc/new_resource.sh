#!/usr/bin/env bash
# A new resource costs what CONTRIBUTING.md names under "A new resource": adds one (contact/) to a copy of
# the tree, touches nothing else, builds the copy and calls it.
#
#   new_resource.sh SOURCE_DIR
set -euo pipefail

source=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
# shellcheck source=/dev/null
. "$here/grown_tree.sh"

proto=proto/aegis/tenant/v1/tenant.proto
queries=services/tenant/sql/queries.sql
handlers=(create_contact list_contacts get_contact update_contact delete_contact)

add_words() {
	local dir=$tree/proto/manifest
	echo 'contacts:read | see contacts | owner admin editor viewer' >>"$dir/permissions.txt"
	echo 'contacts:write | keep contacts | owner admin' >>"$dir/permissions.txt"
	echo 'CONTACT_NOT_FOUND | NOT_FOUND | There is no such contact. | Check the id.' >>"$dir/reasons.txt"
	echo 'tenant.contact | tenant' >>"$dir/tables.txt"
}

copy_tree
cd "$tree"
sed -i "/^service TenantService {/r $here/contact/rpcs.proto" "$proto"
cat "$here/contact/messages.proto" >>"$proto"
cat "$here/contact/queries.sql" >>"$queries"
cp "$here/contact/9000_contacts.sql" services/tenant/sql/
for name in "${handlers[@]}"; do
	cp "$here/contact/rpc/$name.c" services/tenant/rpc/
	touch "services/tenant/rpc/$name.c"
done
add_words
expect_edited "$proto" "$queries" services/tenant/sql/9000_contacts.sql \
	$(printf "services/tenant/rpc/%s.c " "${handlers[@]}") proto/manifest/{permissions,reasons,tables}.txt

build_tree aegis-auth aegis-tenant
try_tree "$here/new_resource.py" auth tenant
echo ok
