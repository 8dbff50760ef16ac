#include "sample_audit.h"

#include "sample/note.h"

struct svc_descriptor sample_audit;

__attribute__((constructor)) static void derive_audit(void)
{
	sample_audit = sample_daemon;
	sample_audit.name = "audit";
	sample_audit.schema = "sample_audit";
}
