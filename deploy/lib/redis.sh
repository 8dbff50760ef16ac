# The private Redis: who may use it, and for what.
#
# A program that uses Redis says so in redis.acl of its folder (gateway/, services/<daemon>/): Redis's own
# rules, each line of which is a rule or a comment.  It logs in by its name, with the password that
# `aegisctl keys init` made.  Nobody else gets in: the default user is off.

redis_config=$data_dir/redis/redis.conf

redis_rules() { [ "$1" = gateway ] && echo "$root/gateway/redis.acl" || echo "$root/services/$1/redis.acl"; }

uses_redis() { [ -e "$(redis_rules "$1")" ]; }

# redis_user NAME PASSWORD: its line of the configuration; only the password's hash is in it.
redis_user() {
	printf 'user %s reset on #%s %s\n' "$1" "$(printf '%s' "$2" | sha256sum | cut -d' ' -f1)" \
		"$(grep -v '^#' "$(redis_rules "$1")" | tr '\n' ' ')"
}

redis_password() { cat "$data_dir/secrets/$1/redis.password"; }

# The operator is whoever runs the cluster: only they read that password.
write_redis_config() {
	local name file=$redis_config
	(
		umask 077
		{
			printf '%s\n' "# Written by deploy/aegis." "port 0" "unixsocket $redis_socket" "unixsocketperm 770" \
				"dir $data_dir/redis" 'save ""' "appendonly no" "maxmemory 256mb" \
				"maxmemory-policy volatile-ttl" "daemonize no" "user default reset off"
			printf 'user operator reset on #%s ~* &* +@all\n' "$(redis_password redis | tr -d '\n' | sha256sum | cut -d' ' -f1)"
			for name in "${daemons[@]}" gateway; do
				! uses_redis "$name" || redis_user "$name" "$(redis_password "$name")"
			done
		} >"$file.new"
	)
	[ -z "$as_root" ] || chown "$(user_of redis):$group" "$file.new"
	cmp -s "$file.new" "$file" 2>/dev/null && rm "$file.new" || mv "$file.new" "$file"
}

redis_operator() { REDISCLI_AUTH=$(redis_password redis) redis-cli -s "$redis_socket" --user operator "$@"; }
