#pragma once

/* What the two directions of the FHIR bridge share.  Private to fhir*.c. */
#include "screener/exchange/fhir.h"
#include "screener/findings.h"
#include "screener/value/number.h"

#define HL7		 "http://hl7.org/fhir/StructureDefinition/"
#define FHIR_TRANSLATION HL7 "translation"
#define FHIR_MIN_VALUE	 HL7 "minValue"
#define FHIR_MAX_VALUE	 HL7 "maxValue"
#define FHIR_MIN_LENGTH	 HL7 "minLength"
#define FHIR_ORDINAL	 HL7 "ordinalValue"
#define FHIR_UNIT	 HL7 "questionnaire-unit"
#define FHIR_UNIT_OPTION HL7 "questionnaire-unitOption"
#define FHIR_EXCLUSIVE	 HL7 "questionnaire-optionExclusive"
#define FHIR_MIN_OCCURS	 HL7 "questionnaire-minOccurs"
#define FHIR_MAX_OCCURS	 HL7 "questionnaire-maxOccurs"
#define FHIR_HIDDEN	 HL7 "questionnaire-hidden"
#define FHIR_UCUM	 "http://unitsofmeasure.org"
#define FHIR_DIFFERENCE	 "urn:aegis:screener:difference"
#define FHIR_SHA256	 "urn:aegis:screener:sha256"

#define FHIR_HEX_BYTES 65

#define FHIR_MAX_LOCALES 32
#define FHIR_MAX_CHOICES 1000  /* of one question */
#define FHIR_MAX_OPTIONS 20000 /* of all: questions may share a value set */
#define FHIR_MAX_RULES	 10000 /* conditions of all items, copies for their children included */
#define FHIR_MAX_WHEN	 200   /* conditions of one exported item */

/* A question of the questionnaire and what becomes of it. */
struct fhir_question {
	const char *link_id, *id;
	const char *type; /* of the screener */
	json_t *options;  /* of the screener; owned by the import, may be NULL */
	json_t *units;	  /* other units of a quantity; as options */
	const char *unit;
	const char *answered; /* id of the score that is 1 when there is an answer; may be NULL */
	int index;
	int rows; /* index of the repeating group around, -1 outside */
};

struct fhir_importer {
	struct arena *arena;
	struct findings *notes;
	const json_t *root;
	struct fhir_question *questions; /* in the order of a walk from the top */
	size_t n_questions, cursor;
	json_t *by_link; /* linkId -> index */
	json_t *ids;	 /* ids given out */
	const char *locale;
	json_t *locales, *i18n;	  /* as in the document */
	size_t n_options;	  /* of all questions together */
	size_t n_rules;		  /* conditions so far, against FHIR_MAX_RULES */
	json_t *derived, *scores; /* of the document */
	enum fhir_loss loss;
};

struct fhir_exporter {
	struct arena *arena;
	const json_t *document, *i18n;
	const char *locale;	  /* the default one */
	json_t *items;		  /* id -> item, borrowed references */
	json_t *conditional;	  /* ids of what may be hidden by its own or a group's show_if */
	json_t *derived, *scores; /* id -> derived value or score */
	json_t *unsaid; /* id -> pointer of a show_if that has no enableWhen; NULL: not asked */
};

/* NULL unless it is text. */
const char *fhir_text(const json_t *object, const char *name);
/* The first extension of this url; NULL when there is none. */
const json_t *fhir_extension(const json_t *element, const char *url);
/* The member "value…" (or "answer…") of an element and the rest of its name ("Coding"). */
const json_t *fhir_any(const json_t *element, const char *prefix, const char **type);
void fhir_add_extension(json_t *element, const char *url, const char *member, json_t *value);
/* Sets object[name] unless value is NULL. */
void fhir_set(json_t *object, const char *name, json_t *value);
void fhir_set_text(json_t *object, const char *name, const char *text);
/* json_object_get(item, "x_fhir")[name] */
const json_t *fhir_kept(const json_t *item, const char *name);
void fhir_keep(json_t *item, const char *name, json_t *value);

/*
 * Something that changes who is asked, or what: an error, or a warning when
 * the caller takes losses.
 */
void fhir_lose(struct fhir_importer *im, const char *code, const char *path, const char *message);
/* A literal of the rule language (takes value): dates and quantities are wrapped. */
json_t *fhir_literal(const struct fhir_question *question, json_t *value);
/* The exact number of a JSON number; false for more digits than a screener has. */
bool fhir_number(const json_t *value, struct number *out);
/* As a JSON number; NULL when it is no decimal of at most 15 digits. */
json_t *fhir_number_json(struct number n);
/*
 * A comparison of an integer with a fraction as one with an integer: "> 4.5" is
 * ">= 5".  *op becomes NULL when it is *always true or never.
 */
bool fhir_whole(const char **op, struct number n, int64_t *out, bool *always);

/* [a-z][a-z0-9_]*, at most 48 characters and a suffix, given out once. */
const char *fhir_new_id(struct fhir_importer *im, const char *link_id);

/* fhir_unit.c: one `from` is that many `to`; exact, UCUM.  False when not known. */
bool fhir_unit_factor(const char *from, const char *to, struct number *out);

/* fhir_type.c: the type of a question, with its options, unit and units. */
const char *fhir_import_type(struct fhir_importer *im, struct fhir_question *question,
			     const json_t *item, const char *path);

/* fhir_lost.c: findings for what changes who is asked what and has no place in a screener. */
void fhir_check_item(struct fhir_importer *im, const json_t *item, const char *path);
void fhir_check_root(struct fhir_importer *im);

/* fhir_item.c: members of an imported item. */
void fhir_import_limits(const struct fhir_question *question, const json_t *item, json_t *out);
/* A new reference; NULL unless all initial values can be answers. */
json_t *fhir_import_initial(const struct fhir_question *question, const json_t *item);
/* After the limits: rows that are required need one row at least. */
void fhir_import_required(const struct fhir_question *question, const json_t *item, json_t *out);

/* fhir_text.c: texts and their translations. */
void fhir_put_text(struct fhir_importer *im, const char *locale, const char *key, const char *text);
void fhir_import_text(struct fhir_importer *im, const json_t *element, const char *member,
		      const char *key);
void fhir_export_text(struct fhir_exporter *ex, json_t *element, const char *member,
		      const char *key);

/* fhir_value.c: values and options. */
json_t *fhir_import_options(struct fhir_importer *im, const json_t *item, const char *id,
			    const char *path);
json_t *fhir_import_value(const struct fhir_question *question, const json_t *holder,
			  const char *prefix);
void fhir_export_options(struct fhir_exporter *ex, const json_t *item, json_t *out);
void fhir_export_value(const json_t *item, const json_t *value, json_t *holder, const char *prefix);

/*
 * fhir_when.c: enableWhen as a show_if, a new reference; NULL when there is none
 * or it cannot be expressed whole.  *n_rules is the number of its conditions.
 */
json_t *fhir_import_when(struct fhir_importer *im, const struct fhir_question *asking,
			 const json_t *item, const char *path, size_t *n_rules);
/* fhir_when_out.c: false, out untouched, when enableWhen cannot say the same. */
bool fhir_export_when(struct fhir_exporter *ex, const json_t *show_if, json_t *out);
/* The linkId of an item. */
const char *fhir_link_of(const json_t *item);

/*
 * fhir_restore.c: *document becomes the original of an export when the
 * difference leads to the hash beside it and the original asks the same people.
 */
bool fhir_restore(struct arena *arena, const json_t *questionnaire, struct findings *notes,
		  json_t **document);
/* The item of this id at any depth, NULL when there is none. */
const json_t *fhir_item_in(const json_t *document, const char *id);
/* SHA-256 of the canonical form; false when it has none. */
bool fhir_hash_of(struct arena *arena, const json_t *value, char out[FHIR_HEX_BYTES]);
/* Does text name the hash of value? */
bool fhir_has_hash(struct arena *arena, const json_t *value, const char *text);

/* Both mappings without what only one side can say. */
json_t *fhir_map_in(struct arena *arena, const json_t *questionnaire, enum fhir_loss loss,
		    struct findings *notes);
/* unsaid as in struct fhir_exporter. */
json_t *fhir_map_out(struct arena *arena, const json_t *document, json_t *unsaid);

const struct fhir_question *fhir_question_of(const struct fhir_importer *im, const char *link_id);
/* The type of a screener item in a questionnaire. */
const char *fhir_type_of(const json_t *item);
