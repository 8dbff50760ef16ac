#pragma once

/* What the two directions of the FHIR bridge share.  Private to fhir*.c. */
#include "screener/fhir.h"
#include "screener/notes.h"

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
#define FHIR_UCUM	 "http://unitsofmeasure.org"
#define FHIR_DIFFERENCE	 "urn:aegis:screener:difference"
#define FHIR_SHA256	 "urn:aegis:screener:sha256"

#define FHIR_MAX_LOCALES 32
#define FHIR_MAX_CHOICES 1000  /* of one question */
#define FHIR_MAX_OPTIONS 20000 /* of all: questions may share a value set */

/* A question of the questionnaire and what becomes of it. */
struct fhir_question {
	const char *link_id, *id;
	const char *type; /* of the screener */
	json_t *options;  /* of the screener; owned by the import, may be NULL */
	const char *unit;
};

struct fhir_importer {
	struct arena *arena;
	struct notes *notes;
	const json_t *root;
	struct fhir_question *questions; /* in the order of a walk from the top */
	size_t n_questions, cursor;
	json_t *by_link; /* linkId -> index */
	json_t *ids;	 /* ids given out */
	const char *locale;
	json_t *locales, *i18n; /* as in the document */
	size_t n_options;	/* of all questions together */
};

struct fhir_exporter {
	struct arena *arena;
	const json_t *document, *i18n;
	const char *locale; /* the default one */
	json_t *items;	    /* id -> item, borrowed references */
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

/* fhir_when.c: enableWhen and show_if. */
json_t *fhir_import_when(struct fhir_importer *im, const json_t *item, const char *path);
void fhir_export_when(struct fhir_exporter *ex, const json_t *show_if, json_t *out);

/* Both mappings without what only one side can say. */
json_t *fhir_map_in(struct arena *arena, const json_t *questionnaire, struct notes *notes);
json_t *fhir_map_out(struct arena *arena, const json_t *document);

const struct fhir_question *fhir_question_of(const struct fhir_importer *im, const char *link_id);
/* The type of a screener item in a questionnaire. */
const char *fhir_type_of(const json_t *item);
