#include <stdlib.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "rpc/envelope.h"
#include "rpc/trust.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Both kinds of frame, and the bytes of tokens and principals, of which none can be good. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct trust *trust;
	struct arena *arena = arena_new(1 << 20);
	struct str bytes = {(const char *)data, len}, payload;
	struct rpc_reply_header reply;
	struct rpc_header request;
	const struct principal *principal;
	char caller[KEY_NAME_TEXT];

	if (!trust && is_failed(trust_new("/nonexistent", "tenant", &trust)))
		abort();
	if (is_ok(rpc_frame_read(arena, bytes, &request, &payload)) &&
	    !utf8_is_valid(request.request_id, strlen(request.request_id)))
		abort();
	if (is_ok(rpc_reply_frame_read(arena, bytes, &reply, &payload)) &&
	    reply.n_fields > FIELD_ERRORS_MAX)
		abort();
	if (is_ok(trust_verify_token(trust, arena, bytes, SECONDS(1), caller)))
		abort();
	if (len > 0 &&
	    is_ok(trust_verify_principal(trust, arena, "gateway", bytes, SECONDS(1), &principal)))
		abort();
	arena_free(&arena);
	return 0;
}
