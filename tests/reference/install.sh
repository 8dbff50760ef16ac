#!/usr/bin/env bash
# The npm packages of these tests: install.sh FOLDER.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=/dev/null
. "$here/../../deploy/lib/packages.sh"
install_node_packages "$here" "$1"
