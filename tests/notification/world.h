#pragma once

/* The notification daemon and a mail server, for tests of what leaves. */
#include <criterion/criterion.h>

#include "aegis/notification/v1/notification.aegis.h"
#include "smtp_sink.h"
#include "support/svc_test.h"

extern struct test_daemon *notification;
extern struct smtp_sink *sink;

/* Nothing is waiting; serve: with job threads, as in production. */
void mail_world_start(bool serve);
void mail_world_stop(void);

const Notification__Message *send_to(struct uuid tenant, const char *to);
const Notification__Message *status_of(struct uuid tenant, const char *id);
/* "RCPT 550": the detail of the last line of a message's timeline. */
const char *last_detail(struct uuid tenant, const char *id);
/* As if every wait were over. */
void time_passes(void);
/* Makes every job that is due run; returns how many. */
int run_jobs(void);

/* What a daemon's event delivers: a mail sealed to this daemon. */
struct sealed_event {
	const char *name; /* distinguishes events */
	const char *template;
	const char *to;
	bool to_a_lost_key; /* sealed with a key that this replica has not */
};
struct answer deliver_sealed(struct uuid tenant, const struct sealed_event *what);
