# The two commands of the README on a Debian that has nothing installed: `deploy/aegis fresh`.
#
# A chroot is made by debootstrap below the data directory, and a clean clone of HEAD runs in it.  Its
# mounts and processes live in namespaces of their own, so the kernel removes both whatever
# happens; the folder is removed by a trap.

fresh_usage() {
	cat <<'TXT'
usage: deploy/aegis fresh up|test [--keep] [-- ARGUMENT ...]

Makes a chroot with Debian's minimal base system and current packages, clones HEAD into it, runs
`deploy/aegis up` (then `down`) or `deploy/aegis test` there, prints what each part took and which
packages came, and removes all of it.  Needs root, a Debian host, some 6 GB of disk, and its package
sources in reach.  --keep leaves the folder (about 6 GB) to be looked at.  Arguments after -- are
ctest's, as those of `deploy/aegis test`.

The network is the host's: AEGIS_PORT chooses another port when 8080 is taken.
TXT
}

# Set before the trap can run.
fresh_dir=

cmd_fresh() {
	local what=${1:-} keep=
	case "$what" in
	up | test) shift ;;
	-h | --help | help) fresh_usage && return 0 ;;
	*) fresh_usage >&2 && exit 2 ;;
	esac
	while [ $# -gt 0 ]; do
		case $1 in
		--keep) keep=1 ;;
		--)
			shift
			[ "$what" = test ] || [ $# = 0 ] || die "fresh up takes no arguments of ctest"
			break
			;;
		*) die "fresh $what does not know '$1' (deploy/aegis fresh --help)" ;;
		esac
		shift
	done
	[ -n "$as_root" ] || die "fresh makes a chroot: run it as root"
	[ -r /etc/debian_version ] && command -v apt-get >/dev/null || die "fresh takes the package sources of a Debian host"
	git -C "$root" rev-parse HEAD >/dev/null 2>&1 || die "fresh clones HEAD: $root is no git checkout"
	[ -z "$(git -C "$root" status --porcelain)" ] || note "uncommitted changes are not part of what is tried"
	[ "$what" = test ] || check_fresh_port
	install_packages debootstrap git util-linux
	mkdir -p "$data_dir"
	fresh_dir=$(mktemp -d "$data_dir/fresh-XXXXXX")
	[ -n "$keep" ] || trap 'rm -rf --one-file-system "$fresh_dir"' EXIT
	fresh_run "$what" "$@"
}

check_fresh_port() {
	local taken
	for taken in "$port" "$private_port" "$demo_mail_port" "$demo_web_port"; do
		! (exec 3<>"/dev/tcp/127.0.0.1/$taken") 2>/dev/null ||
			die "port $taken on 127.0.0.1 is taken: choose another with AEGIS_PORT=<port> deploy/aegis fresh up"
	done
}

# The folder's name in the chroot is the same for everybody: nothing may depend on it.
fresh_run() {
	local what=$1 command base=$fresh_dir/base log=$fresh_dir/output times=$fresh_dir/times status=0 from=$SECONDS
	command=$(printf '%q ' "$@")
	say "Making a bare Debian in $base"
	log_progress "$fresh_dir/debootstrap.log" make_fresh_base "$base" || {
		tail -20 "$fresh_dir/debootstrap.log" >&2
		die "debootstrap failed"
	}
	git clone -q --no-hardlinks "$root" "$base/srv/aegis"
	packages_of "$base" >"$fresh_dir/before"
	echo "$((SECONDS - from)) debootstrap and clone" >"$times"
	say "Running deploy/aegis ${command% } in it, as root, without a terminal"
	fresh_enter "$base" "$command" 2>&1 </dev/null | time_parts "$times" | tee "$log" || status=1
	packages_of "$base" >"$fresh_dir/after"
	print_fresh "$what" "$status" $((SECONDS - from))
	return $status
}

# Debian's own mirror, release and further sources are taken from the host, then all is brought up to date.
make_fresh_base() {
	local base=$1 suite mirror
	suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
	mirror=$(apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' |
		sed -n "s/^$suite //p" | head -1)
	[ -n "$mirror" ] || mirror=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
		sed -n "s/^[^ ]* //p" | head -1)
	debootstrap --variant=minbase "$suite" "$base" "$mirror" || return 1
	rm -f "$base/etc/apt/sources.list"
	cp -rL /etc/apt/sources.list* /etc/apt/apt.conf.d /etc/apt/auth.conf.d /etc/apt/trusted.gpg.d "$base/etc/apt/" 2>/dev/null || true
	cp -L /etc/resolv.conf /etc/hosts "$base/etc/"
	# A site's own authorities: the package ca-certificates takes them when it comes.
	mkdir -p "$base/usr/local/share/ca-certificates"
	cp -L /usr/local/share/ca-certificates/*.crt "$base/usr/local/share/ca-certificates/" 2>/dev/null || true
	chroot "$base" apt-get update -q && chroot "$base" env DEBIAN_FRONTEND=noninteractive apt-get -y -q dist-upgrade
}

packages_of() { chroot "$1" dpkg-query -W -f '${Package} ${Version}\n' | sort; }

# Own mounts, own processes: what is still there when the command ends is ended and unmounted by the kernel.
fresh_enter() {
	unshare --mount --pid --ipc --fork --kill-child=KILL -- bash -euc '
		base=$1 command=$2 port=$3
		mount --make-rprivate /
		mount -t proc proc "$base/proc"
		mount -t tmpfs -o mode=755 tmpfs "$base/dev"
		for node in null zero full random urandom tty; do
			touch "$base/dev/$node" && mount --bind "/dev/$node" "$base/dev/$node"
		done
		mkdir "$base/dev/shm" "$base/dev/pts"
		mount -t tmpfs -o mode=1777 tmpfs "$base/dev/shm"
		mount -t devpts -o newinstance,ptmxmode=0666 devpts "$base/dev/pts"
		ln -s pts/ptmx "$base/dev/ptmx"
		ln -s /proc/self/fd "$base/dev/fd"
		mount -t tmpfs -o mode=755 tmpfs "$base/run"
		exec chroot "$base" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
			LANG=C.UTF-8 AEGIS_PORT="$port" ${4:+http_proxy="$4"} ${5:+https_proxy="$5"} ${6:+NODE_EXTRA_CA_CERTS="$6"} \
			bash -c "cd /srv/aegis && deploy/aegis $command && { [ ${command%% *} != up ] || deploy/aegis down; }"
	' - "$1" "$2" "$port" "${http_proxy:-}" "${https_proxy:-}" "${NODE_EXTRA_CA_CERTS:-}"
}

# Copies its input, and keeps the seconds between the command's headings.
time_parts() {
	local line last= since=$SECONDS
	while IFS= read -r line; do
		printf '%s\n' "$line"
		case $line in
		'==> '*)
			[ -z "$last" ] || echo "$((SECONDS - since)) $last" >>"$1"
			last=${line#==> } since=$SECONDS
			;;
		esac
	done
	[ -z "$last" ] || echo "$((SECONDS - since)) $last" >>"$1"
}

print_fresh() {
	local what=$1 status=$2 total=$3
	say "deploy/aegis $what on a bare $(. /etc/os-release && echo "$PRETTY_NAME"): $([ "$status" = 0 ] && echo passed || echo FAILED)"
	print_parts "$total" <"$fresh_dir/times"
	note "$(wc -l <"$fresh_dir/before") packages before, $(wc -l <"$fresh_dir/after") after; of those that were asked for:"
	local name
	for name in "${run_packages[@]}" "${build_packages[@]}" $([ "$what" = up ] || echo "${test_packages[@]}"); do
		printf '    %-32s %s\n' "$name" "$(sed -n "s/^$name //p" "$fresh_dir/after")"
	done
}
