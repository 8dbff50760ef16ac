#include "contract/validate_part.h"

#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/str.h"
#include "base/utf8.h"
#include "base/uuid.h"
#include "contract/contract.h"
#include "contract/pattern.h"
#include "contract/text.h"

#define MESSAGE_MAX	     512
#define NANOS		     1000000000
#define DURATION_SECONDS_MAX 315576000000 /* as google.protobuf.Duration allows */

size_t walk_push(struct walk *walk, const char *name, size_t index, bool indexed)
{
	size_t old = walk->len;
	int n;

	if (indexed)
		n = snprintf(walk->path + old, sizeof walk->path - old, "[%zu]", index);
	else
		n = snprintf(walk->path + old, sizeof walk->path - old, "%s%s", old ? "." : "",
			     name);
	walk->len = old + (size_t)n < sizeof walk->path ? old + (size_t)n : sizeof walk->path - 1;
	return old;
}

void walk_pop(struct walk *walk, size_t old)
{
	walk->len = old;
	walk->path[old] = '\0';
}

void walk_violated(struct walk *walk, const char *reason, const char *message)
{
	walk->found++;
	field_errors_add(walk->errs, walk->path, reason, message);
}

void __attribute__((format(printf, 3, 4)))
walk_violated_with(struct walk *walk, const char *reason, const char *fmt, ...)
{
	char message[MESSAGE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof message, fmt, ap);
	va_end(ap);
	walk_violated(walk, reason, message);
}

/* ", but is "x"": a protected value is not repeated. */
static const char *but_is(const struct walk *walk, const struct pb_field_info *info,
			  struct str text)
{
	return info->sensitivity == PB_PLAIN ? arena_printf(walk->errs->arena, ", but is %s",
							    pbjson_echo(walk->errs->arena, text))
					     : "";
}

static const char *but(const struct walk *walk, const struct pb_field_info *info, const char *verb,
		       int64_t n)
{
	return info->sensitivity == PB_PLAIN
		       ? arena_printf(walk->errs->arena, ", but %s %lld", verb, (long long)n)
		       : "";
}

static const char *names_of(const struct walk *walk, const char *const *in)
{
	struct strbuf out = strbuf_new(walk->errs->arena);

	for (size_t i = 0; in[i]; i++)
		strbuf_printf(&out, "%s%s", i ? ", " : "", in[i]);
	return out.ptr;
}

void validate_required(struct walk *walk, const struct pb_rule *rule)
{
	if (rule->required && !walk->may_lack)
		walk_violated(walk, "REQUIRED", "is required");
}

static bool is_one_of(const char *const *in, struct str text)
{
	for (; *in; in++)
		if (str_eq_c(text, *in))
			return true;
	return false;
}

static void check_form(struct walk *walk, const struct pb_field_info *info, struct str text)
{
	const struct pb_rule *rule = info->rule;
	struct uuid id;
	date_days day;

	if (rule->uuid && !uuid_parse(text, &id))
		walk_violated_with(walk, "NOT_UUID",
				   "must be a UUID like 0190c3a4-7b1e-7c2d-9a53-1f0e6d5c4b3a%s",
				   but_is(walk, info, text));
	if (rule->email && !text_is_email(text))
		walk_violated(walk, "NOT_EMAIL", "must be an e-mail address like ann@acme.example");
	if (rule->date && !date_parse(text, &day))
		walk_violated_with(walk, "NOT_DATE", "must be a day like 2026-03-01%s",
				   but_is(walk, info, text));
	if (rule->uri && !text_is_uri(text))
		walk_violated_with(walk, "NOT_URI",
				   "must be an absolute http or https URL like "
				   "https://acme.example/data.csv%s",
				   but_is(walk, info, text));
	if (rule->name && !text_is_name(text))
		walk_violated(walk, "NOT_A_NAME", "must be one line without a web or mail address");
	if (rule->pattern && !field_pattern_matches(rule->pattern, text))
		walk_violated_with(walk, "PATTERN", "must have the form %s%s", rule->pattern,
				   but_is(walk, info, text));
	if (rule->in && !is_one_of(rule->in, text))
		walk_violated_with(walk, "NOT_ALLOWED", "must be one of %s%s",
				   names_of(walk, rule->in), but_is(walk, info, text));
}

/* unit: "characters" or "bytes". How long a protected value is, is not repeated. */
static void check_length(struct walk *walk, const struct pb_field_info *info, size_t len,
			 const char *unit)
{
	if (len > info->rule->max_len)
		walk_violated_with(walk, "TOO_LONG", "must have at most %u %s%s",
				   info->rule->max_len, unit, but(walk, info, "has", (int64_t)len));
	else if (len < info->rule->min_len)
		walk_violated_with(walk, "TOO_SHORT", "must have at least %u %s%s",
				   info->rule->min_len, unit, but(walk, info, "has", (int64_t)len));
}

void validate_string(struct walk *walk, const struct pb_field_info *info, const char **value,
		     bool present)
{
	const struct pb_rule *rule = info->rule;
	struct str text = str_of(*value);

	if (rule->trim && text.len) {
		text = str_trim(text);
		/* The message is the caller's own and lives in its arena. */
		((char *)text.ptr)[text.len] = '\0';
		*value = text.ptr;
	}
	if (text.len == 0 && !(present && rule->min_len)) {
		validate_required(walk, rule);
		return;
	}
	check_length(walk, info, utf8_length(text.ptr, text.len), "characters");
	check_form(walk, info, text);
}

void validate_bytes(struct walk *walk, const struct pb_field_info *info,
		    const ProtobufCBinaryData *value)
{
	if (value->len == 0) {
		validate_required(walk, info->rule);
	} else if (info->raw_json) {
		if (value->len > info->raw_json_max)
			walk_violated_with(walk, "TOO_LONG",
					   "must have at most %u bytes as JSON without white space",
					   info->raw_json_max);
	} else {
		check_length(walk, info, value->len, "bytes");
	}
}

void validate_number(struct walk *walk, const struct pb_field_info *info, int64_t value)
{
	const struct pb_rule *rule = info->rule;

	if (rule->has_min && value < rule->min)
		walk_violated_with(walk, "TOO_SMALL", "must be at least %lld%s",
				   (long long)rule->min, but(walk, info, "is", value));
	if (rule->has_max && value > rule->max)
		walk_violated_with(walk, "TOO_LARGE", "must be at most %lld%s",
				   (long long)rule->max, but(walk, info, "is", value));
}

void validate_enum(struct walk *walk, const ProtobufCFieldDescriptor *field,
		   const struct pb_field_info *info, int value)
{
	if (!protobuf_c_enum_descriptor_get_value(field->descriptor, value))
		walk_violated_with(walk, "NOT_ALLOWED", "must be one of %s, but is %d",
				   pbjson_enum_names(walk->errs->arena, info->enumeration), value);
}

void validate_timestamp(struct walk *walk, const Google__Protobuf__Timestamp *t)
{
	if (t->seconds < INSTANT_MIN / SECONDS(1) || t->seconds > INSTANT_MAX / SECONDS(1) ||
	    t->nanos < 0 || t->nanos >= NANOS)
		walk_violated(walk, "NOT_TIMESTAMP", "must lie in the years 1 to 9999");
}

void validate_duration(struct walk *walk, const Google__Protobuf__Duration *d)
{
	bool mixed = (d->seconds < 0 && d->nanos > 0) || (d->seconds > 0 && d->nanos < 0);

	if (mixed || d->seconds < -DURATION_SECONDS_MAX || d->seconds > DURATION_SECONDS_MAX ||
	    d->nanos <= -NANOS || d->nanos >= NANOS)
		walk_violated(walk, "NOT_DURATION", "must be a duration of at most 10,000 years");
}
