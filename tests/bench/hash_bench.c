/* Password hashes in one thread, nothing else: "hash_bench SECONDS" prints one line of JSON. */
#include <stdio.h>
#include <stdlib.h>

#include "base/instant.h"
#include "crypto/hash.h"
#include "crypto/password.h"

int main(int argc, char **argv)
{
	instant start, end;
	int n = 0;

	crypto_init();
	start = instant_monotonic();
	end = start + SECONDS(argc > 1 ? strtol(argv[1], NULL, 10) : 2);
	while (instant_monotonic() < end) {
		password_verify_dummy(str_of("correct horse battery staple"),
				      PASSWORD_COST_DEFAULT);
		n++;
	}
	printf("{\"per_s\":%.2f,\"hashes\":%d}\n", n * 1e6 / (double)(instant_monotonic() - start),
	       n);
	return 0;
}
