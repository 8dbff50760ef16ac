#include "builtin/docs/docs.h"

#include <stdio.h>

#include "crypto/hash.h"

void docs_init(void)
{
	for (struct docs_file *file = docs_files; file->path; file++) {
		uint8_t digest[SHA256_BYTES];
		char *out = file->etag;

		crypto_sha256(digest, file->bytes, *file->len);
		*out++ = '"';
		for (size_t i = 0; i < 8; i++, out += 2)
			snprintf(out, 3, "%02x", digest[i]);
		*out++ = '"';
		*out = '\0';
	}
}

const struct docs_file *docs_find(struct str path)
{
	for (const struct docs_file *file = docs_files; file->path; file++)
		if (str_eq_c(path, file->path))
			return file;
	return NULL;
}
