#pragma once

/* A .proto file of a few words, given to protoc with the plugin. */

/* The run fails and says these words; parameters are those of the plugin. */
void refuse_with(const char *parameters, const char *body, const char *words);
/* As above, against the manifest of the golden files. */
void refuse(const char *body, const char *words);
/* The same with all services in the run, as for the gateway. */
void refuse_whole(const char *body, const char *words);
/* The run succeeds. */
void accept(const char *body);

#define FIELD(text) "message M { " text " }"
#define MESSAGES                                                                                   \
	"message M { /* An id. */ string id = 1 [(aegis.field).required = true]; /* An id. */ "    \
	"string tenant_id = 2 [(aegis.field).required = true]; /* Many. */ repeated string many "  \
	"= 3; /* A part. */ M2 part = 4; /* A secret. */ string secret = 5 "                       \
	"[(aegis.field).sensitivity = SECRET]; } /* An M2. */ message M2 { /* An x. */ string x "  \
	"= 1; } message Empty {} message Plain { string id = 1; }\n"
#define RPC(options)                                                                               \
	MESSAGES "/* Bad things. */ service BadService { /* Does a thing. */ rpc DoThing(M) "      \
		 "returns (M2) { " options " } }"
#define HTTP(path) "option (google.api.http) = {post: \"" path "\" body: \"*\"}; "
#define OPEN	   "option (aegis.rule) = {public: true}; "
