#pragma once

/*
 * Mutual TLS for tls+tcp:// URLs (TLS 1.2 with Debian's nng).  Certificates must
 * be P-256: Ed25519 ones are refused by mbedTLS without a word.
 */
struct rpc_tls {
	const char *ca_file;	   /* PEM: who signs the daemons' certificates */
	const char *cert_key_file; /* PEM: our certificate and its private key */
};
