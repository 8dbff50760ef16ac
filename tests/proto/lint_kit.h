#pragma once

/* Runs the generator on a small contract and looks at what it says. */
struct verdict {
	int status;
	char text[4096];
};

/* What protoc with the plugin says of a file with this body; parameters are the plugin's. */
struct verdict lint_run(const char *parameters, const char *body);

/* The body is refused with these words. */
void refuse_with(const char *parameters, const char *body, const char *words);
void refuse(const char *body, const char *words);
/* The same with all services in the run, as for the gateway. */
void refuse_whole(const char *body, const char *words);
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
