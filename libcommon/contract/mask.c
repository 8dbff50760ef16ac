#include "contract/mask.h"

#include <string.h>

bool mask_has(const Google__Protobuf__FieldMask *mask, const char *field)
{
	if (!mask)
		return true;
	for (size_t i = 0; i < mask->n_paths; i++)
		if (strcmp(mask->paths[i], field) == 0)
			return true;
	return false;
}
