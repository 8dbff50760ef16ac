# What the project needs from Debian, and how it gets there.

run_packages=(postgresql-15 redis-server runit python3 python3-aiosmtpd openssl curl jq libz3-4 tzdata)
build_packages=(gcc libc6-dev cmake ninja-build pkg-config ccache git protobuf-compiler
	protobuf-c-compiler libprotobuf-c-dev libprotobuf-dev libprotoc-dev libnng-dev libpq-dev
	libhiredis-dev libseccomp-dev libsodium-dev libssl-dev libgnutls28-dev libcurl4-openssl-dev
	libjansson-dev libxml2-dev libglib2.0-dev libicu-dev libz3-dev)
test_packages=(ca-certificates libcriterion-dev python3-protobuf python3-jsonschema clang clang-format clang-tidy libclang-rt-14-dev
	nginx-light haproxy nodejs chromium)
# Debian's npm is a package of its own; where nodejs brings one, the two exclude each other.
command -v npm >/dev/null || test_packages+=(npm)
bench_packages=(nginx-light haproxy linux-perf wrk nodejs g++ libgrpc++-dev protobuf-compiler-grpc)

missing_packages() {
	local installed
	installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p' || true)
	printf '%s\n' "$@" | grep -vxF -e "$installed" || true
}

# CMake asks this before it configures (deploy/cmake/aegis_packages.cmake).  Prints the command that installs the
# missing packages of a build, and of its tests when the argument is "test"; prints nothing when none is missing.
# A machine without Debian's package database is not judged: CMake itself finds what is missing there.
missing_for_build() {
	local missing wanted=("${build_packages[@]}")
	command -v dpkg-query >/dev/null || return 0
	[ "${1:-}" != test ] || wanted+=("${run_packages[@]}" "${test_packages[@]}")
	mapfile -t missing < <(missing_packages "${wanted[@]}")
	[ ${#missing[@]} = 0 ] || echo "$([ "$(id -u)" = 0 ] || echo 'sudo ')apt-get install --no-install-recommends ${missing[*]}"
}

# Installs what is missing.
install_packages() {
	local missing
	mapfile -t missing < <(missing_packages "$@")
	[ ${#missing[@]} -gt 0 ] || return 0
	command -v apt-get >/dev/null || die "Debian's apt-get is needed to install: ${missing[*]}"
	say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
	without_services log_progress "$(install_log)" fetch_packages "${missing[@]}" || {
		tail -20 "$(install_log)" >&2
		die "the packages could not be installed (the whole output is in $(install_log))"
	}
}

# A temporary policy-rc.d keeps packages from starting services of their own: the cluster here is private.
without_services() {
	local policy=/usr/sbin/policy-rc.d made= status=0
	if [ ! -e $policy ]; then
		printf '#!/bin/sh\nexit 101\n' | as_admin tee $policy >/dev/null
		as_admin chmod 755 $policy
		made=1
	fi
	"$@" || status=$?
	[ -z "$made" ] || as_admin rm -f $policy
	return $status
}

fetch_packages() {
	as_admin apt-get update -q &&
		as_admin env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}

install_log() {
	mkdir -p "$root/build"
	echo "$root/build/packages.log"
}

# install_node_packages SOURCE FOLDER: what SOURCE/package-lock.json names, in FOLDER/node_modules; again only when the lock has changed.
install_node_packages() {
	local source=$1 folder=$2
	mkdir -p "$folder"
	if [ -d "$folder/node_modules" ] && cmp -s "$source/package-lock.json" "$folder/installed.json"; then
		return
	fi
	cp "$source/package.json" "$source/package-lock.json" "$folder"
	rm -f "$folder/installed.json"
	(cd "$folder" && npm ci --no-audit --no-fund --loglevel=error)
	cp "$source/package-lock.json" "$folder/installed.json"
}
