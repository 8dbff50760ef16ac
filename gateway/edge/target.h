#pragma once

/* The request target: origin-form only, and "*" with OPTIONS (RFC 9112, 3.2). */
#include "edge/head.h"

/* Splits and checks head->target; fills path and query. */
enum edge_refusal edge_target_parse(struct edge_head *head);
