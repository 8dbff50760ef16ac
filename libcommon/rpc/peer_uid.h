#pragma once

/*
 * Who is at the other end of an ipc:// connection, as the kernel says it: the user id
 * of the process that connected, or that listens.  A daemon runs as the owner of its
 * key folder (crypto/keyring.h).  Root may be anybody, for root reads every key.
 *
 * Where all daemons run as one user this tells them from other users of the machine,
 * and not from each other; peer_uid_report() says so at the start.
 */
#include <nng/nng.h>
#include <stdbool.h>
#include <stddef.h>

/* What a tls+tcp:// stream has instead of a user id: its certificate was checked. */
#define PEER_UID_NONE (~0u)

/* The other end's user id; PEER_UID_NONE when the stream is no ipc:// one. */
unsigned peer_uid_of(nng_stream *stream);

/* May a process of this user be that daemon?  Asks the file system: when a connection begins. */
bool peer_uid_may_be(const char *secrets_dir, const char *daemon, unsigned uid);

/* Logs, once, how many of these daemons run as the user that we run as. */
void peer_uid_report(const char *secrets_dir, const char *const *daemons, size_t n);
