#pragma once

/*
 * A published program and the consumers who take its screener: the consumer daemon in
 * process, the program daemon beside it behind its real socket.
 */
#include <aegis/consumer/v1/consumer.aegis.h>
#include <aegis/program/v1/program.aegis.h>
#include <criterion/criterion.h>
#include <criterion/hooks.h>

#include "consumer/consumer.h"
#include "support/svc_test.h"

extern struct test_daemon *consumer;
extern struct uuid acme, other;
struct test_daemon *program_daemon_of_world(void);

void world_start(void);
/* The consumer daemon with its pools and socket too. */
void world_start_serving(void);
void world_stop(void);

struct program_facts {
	const char *attempts; /* a member of the document with its comma, or NULL */
	int32_t budget;	      /* codes; 0: no cap */
	Program__AttemptsBy attempts_by;
	const char *time_zone; /* NULL: America/New_York */
	const char *document;  /* a file in data/; NULL: the screener of world.c */
	const char *state;     /* the only one that is served; the screener then asks for it */
};

struct a_program {
	const char *id;
	const char *public_id;
};

/* Active, in acme, with the screener of world.c: an age, a sex, a pregnancy where it applies. */
#define a_program(...) a_program_with(&(struct program_facts){__VA_ARGS__})
struct a_program a_program_with(const struct program_facts *facts);
/* Another version with other texts, published. */
void publish_again(const struct a_program *program);
struct answer try_activate(const struct a_program *program);
void pause_program(const struct a_program *program);
void end_program(const struct a_program *program);
/* A program that was paused or ended. */
void delete_program(const struct a_program *program);
/* One field of a program, by its name in the contract: "ends_on". */
void change_program(const struct a_program *program, const char *field,
		    const Program__Program *changed);
/* Waits until consumer has heard of the program's last change. */
void tell_consumer(const struct a_program *program);

/* A consumer with the session's own token. */
struct visitor {
	const struct caller *who;
	const char *id;
	const char *token;
};

struct answer try_start(const char *public_id, const char *locale);
/* Who names themselves: email or reference, NULL for none. */
struct answer try_start_as(const struct a_program *program, const char *email,
			   const char *reference);
struct visitor a_visitor(const struct a_program *program);
/* A visitor whose session's start was answered so. */
struct visitor started(struct answer answer);
/* Who bears this token, as the gateway hands it on. */
const struct caller *bearing(const char *token);

/* Staff of acme whose sign-in does not run out when a test moves the clock. */
const struct caller *staff(void);

/* To the consumer daemon. */
struct answer ask(const struct caller *who, const char *method, const void *request);
struct answer try_get(const struct caller *who, const char *id);
struct answer try_put(const struct caller *who, const char *id, const char *answers);
struct answer try_complete(const struct caller *who, const char *id);
struct answer try_end_unfinished(const struct caller *who, const char *id);
struct answer try_issue(const struct caller *who, const char *id, const char *key,
			const char *email);
const Consumer__Session *put(const struct visitor *visitor, const char *answers);
const Consumer__Session *complete(const struct visitor *visitor);

/* Of a visitor of fifty who may have a code. */
struct visitor an_eligible_visitor(const struct a_program *program);
const char *a_code(const struct a_program *program);

const char *text_of(ProtobufCBinaryData bytes);

#define GOOD_ANSWERS "{\"age\":50,\"sex\":\"M\"}"
