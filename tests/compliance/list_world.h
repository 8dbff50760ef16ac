#pragma once

/* The compliance daemon with one source, served by a file server of the test's own. */
#include "aegis/compliance/v1/compliance.aegis.h"
#include "compliance/compliance.h"
#include "compliance/settings.h"
#include "file_server.h"
#include "support/svc_test.h"

#define HEADER                                                                                     \
	"LASTNAME,FIRSTNAME,MIDNAME,BUSNAME,GENERAL,SPECIALTY,UPIN,NPI,DOB,ADDRESS,CITY,STATE,"    \
	"ZIP,"                                                                                     \
	"EXCLTYPE,EXCLDATE,REINDATE,WAIVERDATE,WVRSTATE\r\n"
#define ROE                                                                                        \
	"ROE,RICHARD,,,GP,NURSE,,1234567893,19700101,1 MAIN "                                      \
	"ST,AUSTIN,TX,73301,1128a1,20160120,00000000,00000000,\r\n"
#define ROE_PADDED                                                                                 \
	"\"ROE \",\"RICHARD\",\" \",,GP,NURSE,,1234567893,01/01/1970,1 MAIN ST "                   \
	",AUSTIN,TX,73301,1128a1,20160120,,,\r\n"
#define ROE_MOVED                                                                                  \
	"ROE,RICHARD,,,GP,NURSE,,1234567893,19700101,2 OTHER "                                     \
	"ST,AUSTIN,TX,73301,1128a1,20160120,00000000,00000000,\r\n"
#define POE                                                                                        \
	"POE,PETER,,,GP,NURSE,,0000000000,19710101,1 MAIN "                                        \
	"ST,RENO,NV,89501,1128a1,20160120,00000000,00000000,\r\n"
#define POE_BACK                                                                                   \
	"POE,PETER,,,GP,NURSE,,0000000000,19710101,1 MAIN "                                        \
	"ST,RENO,NV,89501,1128a1,20160120,20260101,00000000,\r\n"
#define DOE                                                                                        \
	"DOE,JANE,,,GP,NURSE,,0000000000,19710101,1 MAIN "                                         \
	"ST,RENO,NV,89501,1128a1,20160120,00000000,00000000,\r\n"

extern struct test_daemon *compliance;
extern struct file_server *server;
extern char source[UUID_TEXT];

/* For .init and .fini of a suite: nothing is left of the tests before. */
void list_world_begin(void);
void list_world_end(void);

/* Polls now. */
struct answer sync_within(instant patience);
struct answer sync_now(void);
/* Serves the text and polls; the answer, which must be good. */
const Compliance__SyncSourceResponse *synced(const char *text);
const Compliance__SourceHealth *health(void);
/* A file of data/, in the test's arena. */
const char *data_file(const char *name);

/* To the source, which only this tenant may see from now on; state may be NULL. */
void subscribe(struct uuid tenant, const char *state);
/* Both periodic jobs, until there is nothing to do at this moment. */
void route(void);
