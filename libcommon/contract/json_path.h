#pragma once

/* Field paths as clients write them. */
#include "base/arena.h"
#include "base/str.h"

struct pb_info;

/*
 * A path of proto names in a message of info's type ("program.starts_on", "keys[2].expires_at")
 * with the names of its JSON form ("program.startsOn"), in the arena.  The path is kept from the
 * first name that the message does not have, such as a question's in answers.age.
 */
const char *contract_json_path(struct arena *arena, const struct pb_info *info, const char *path);
