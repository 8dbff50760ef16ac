#pragma once

/*
 * Mutual TLS for tls+tcp:// URLs (TLS 1.2 with Debian's nng).  Certificates must
 * be P-256: Ed25519 ones are refused by mbedTLS without a word.  A certificate names
 * its daemon ("auth") as DNS name or, without any, as common name: a caller talks to
 * nobody else under that name.  Who calls is proven by the service token, for nng
 * 1.5.2 does not tell a server what the client's certificate says.
 */
struct rpc_tls {
	const char *ca_file;	   /* PEM: who signs the daemons' certificates */
	const char *cert_key_file; /* PEM: our certificate and its private key */
};
