#pragma once

/* The texts of the platform's own mails, English and Spanish. */
#include <aegis/event/v1/event.pb-c.h>

#include "base/status.h"

struct arena;
struct mail;

/*
 * Fills subject and text of the template for the locale (falling back to
 * English), with {{name}} replaced from the values.  INVALID_ARGUMENT/NO_TEMPLATE.
 */
struct status template_render(struct arena *arena, const Event__SealedMail *from, struct mail *out);

/* The value of a name, "" when there is none. */
const char *template_value(const Event__SealedMail *from, const char *name);
