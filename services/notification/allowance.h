#pragma once

/*
 * How many mails a day may leave for one tenant and to one recipient.  A day is a UTC
 * day.  Recipients are counted by a keyed hash of their address.
 */
#include "svc/svc.h"

struct mail;

/*
 * Inside an open transaction: counts the mail.  RESOURCE_EXHAUSTED with
 * MAIL_ALLOWANCE_TENANT or MAIL_ALLOWANCE_RECIPIENT when the day's allowance is used up;
 * call->retry_after_ms says when the next day begins.  FAILED_PRECONDITION/
 * NO_RECIPIENT_KEY.
 */
struct status allowance_take(struct rpc_call *call, const struct mail *mail);

/* Did allowance_take() refuse with this? */
bool allowance_is_used_up(struct status st);
