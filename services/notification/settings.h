#pragma once

/* What the notification daemon is configured with beside the settings of every daemon. */
#include "cfg/cfg.h"

#define NOTIFICATION_SETTINGS(X)                                                                   \
	X(TEXT, smtp_url, CFG_REQUIRED, 8, 255, "mail server: smtp://host:port or smtps://…")      \
	X(TEXT, smtp_user, "", 0, 255, "log-in at the mail server; empty: none")                   \
	X(SECRET, smtp_password, "", 0, 255, "its password")                                       \
	X(FLAG, smtp_require_tls, "true", 0, 0,                                                    \
	  "hand mails over by TLS only; false: in clear, to a server on this machine")             \
	X(TEXT, mail_from, CFG_REQUIRED, 3, 254, "address that mails come from")                   \
	X(TEXT, public_url, "http://127.0.0.1:8080", 8, 255, "where links in mails lead")          \
	X(NUMBER, smtp_timeout_ms, "25000", 1000, 25000, "longest wait for the mail server")       \
	X(NUMBER, mails_per_day, "2000", 1, 10000000,                                              \
	  "mails that an organization may send in a day, codes and alerts aside")                  \
	X(NUMBER, mails_per_recipient, "20", 1, 1000000,                                           \
	  "mails of one kind that an organization may send to one address in a day")

struct notification_config {
	NOTIFICATION_SETTINGS(CFG_MEMBER)
};

extern struct notification_config notification_config;
