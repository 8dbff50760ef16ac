#pragma once

/* The program daemon in a test, a screener that may be published, and the calls that bring it
 * there. */
#include <pthread.h>

#include "aegis/program/v1/program.aegis.h"
#include "support/svc_test.h"

extern struct test_daemon *program;
/* Of one test: TestSuite(…, .init = program_start, .fini = daemons_stop). */
void program_start(void);

#define ITEMS                                                                                      \
	"\"items\":[{\"id\":\"age\",\"type\":\"integer\",\"min\":0,\"max\":120,\"required\":true," \
	"\"safety\":true}],"
#define OUTCOMES                                                                                   \
	"\"outcomes\":[{\"id\":\"no\",\"severity\":2},{\"id\":\"ok\",\"severity\":1,\"issue_"      \
	"code\":"                                                                                  \
	"{\"class\":\"retail\",\"ttl\":\"P7D\"}}],"
#define TEXTS                                                                                      \
	"\"i18n\":{\"en-US\":{\"title\":\"T\",\"item.age.text\":\"Age?\",\"outcome.no.title\":"    \
	"\"No\","                                                                                  \
	"\"outcome.ok.title\":\"Yes\",\"reason.young\":\"Too "                                     \
	"young.\",\"reason.fits\":\"Fits.\"}},"
#define TESTS(adult)                                                                               \
	"\"tests\":[{\"name\":\"child\",\"answers\":{\"age\":17},\"outcome\":\"no\",\"fired\":["   \
	"\"R1\"]},"                                                                                \
	"{\"name\":\"adult\",\"answers\":{\"age\":18},\"outcome\":\"" adult                        \
	"\",\"fired\":[\"R2\"]},"                                                                  \
	"{\"name\":\"elder\",\"answers\":{\"age\":19},\"outcome\":\"ok\",\"fired\":[\"R2\"]}]"
#define DOCUMENT(variable, adult)                                                                  \
	"{\"format\":\"screener/1\",\"slug\":\"small\",\"locales\":[\"en-US\"]," ITEMS OUTCOMES    \
	"\"hit_policy\":\"first\",\"rules\":[{\"id\":\"R1\",\"if\":{\"<\":[{\"var\":\"" variable   \
	"\"},18]},\"then\":\"no\",\"reason\":\"young\"},{\"id\":\"R2\",\"else\":true,\"then\":"    \
	"\"ok\","                                                                                  \
	"\"reason\":\"fits\"}],\"on_unknown\":\"no\"," TEXTS                                       \
	TESTS(adult) "}"

/* A document that the gate lets through. */
extern const char good[];

ProtobufCBinaryData bytes_of(const char *text);
const Program__Program *a_program(struct uuid tenant);
const Program__ScreenerVersion *draft(struct uuid tenant, const char *program_id,
				      const char *document);
struct answer publish(struct uuid tenant, const char *program_id, int32_t version);

/* A publication in a thread of its own, with a worker of its own. */
struct publication {
	const struct caller *who;
	const char *program_id;
	int32_t version;
	struct status status; /* when is_over */
	_Atomic bool is_over;
	pthread_t thread;
	struct svc_worker *worker;
};

/* who, program_id and version are given; the publication must live until it is joined. */
void publication_start(struct publication *publication);
/* Waits for its end. */
struct status publication_join(struct publication *publication);
