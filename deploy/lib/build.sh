# Configures and builds one CMake preset; quiet when there is nothing to do.

jobs=$(nproc)

run_build() { (cd "$root" && cmake --build --preset "$1" -j "$jobs"); }

build_preset() {
	local name=$1 log=$root/build/$1.log
	mkdir -p "$root/build"
	say "Building (preset $name)"
	(cd "$root" && cmake --preset "$name") >"$log" 2>&1 || {
		tail -30 "$log" >&2
		die "CMake could not configure preset $name"
	}
	if [ -t 1 ]; then
		run_build "$name" || die "the build of preset $name failed"
	else
		log_progress "$log" run_build "$name" || {
			grep -B2 -A12 -E 'error|FAILED' "$log" | tail -60 >&2
			die "the build of preset $name failed (the whole output is in $log)"
		}
	fi
}
