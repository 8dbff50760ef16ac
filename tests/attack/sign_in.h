#pragma once

/* The gateway's call to auth with a password, for the test and for the other user. */
struct key;

#define SIGN_IN_REASON	 64
#define SIGN_IN_PASSWORD "violet-harbour-93-lantern"

/* Blocks for three seconds at most.  reason gets "OK" or why the call failed. */
void sign_in(const char *url, const char *secrets, const struct key *key,
	     char reason[SIGN_IN_REASON]);
