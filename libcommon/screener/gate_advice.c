/* What an author should know about a document, seen from how it is written. */
#include "screener/gate_advice.h"

void gate_advice(struct gate *gate)
{
	gate_statements(gate);
	gate_free_texts(gate);
}
