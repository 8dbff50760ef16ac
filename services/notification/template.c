#include "notification/template.h"

#include "base/arena.h"
#include "base/str.h"
#include "notification/notification.h"
#include "notification/settings.h"

/*
 * verify_email goes to an address that nobody has confirmed, perhaps a stranger's: it has
 * no word that the person who registered could choose.
 */
static const struct {
	const char *name;
	const char *language;
	const char *subject;
	const char *text;
} templates[] = {
	{"verify_email", "en", "Please confirm your e-mail address",
	 "Hello,\n\nplease confirm this address by opening\n\n{{link}}\n\nand pressing the button "
	 "there.\n\n"
	 "The link is good for 24 hours. If you did not register, there is nothing to do.\n"},
	{"verify_email", "es", "Confirme su correo electrónico",
	 "Hola:\n\nconfirme esta dirección abriendo\n\n{{link}}\n\ny pulsando el botón.\n\n"
	 "El enlace vale 24 horas. Si usted no se registró, no tiene que hacer nada.\n"},
	{"unlock", "en", "Too many failed sign-ins to your account",
	 "Hello,\n\nsomebody entered a wrong password for your account too often, so we accept no "
	 "sign-in from new places for a while. If you want to sign in now, open\n\n{{unlock}}\n\n"
	 "and press the button there, from the network you want to sign in from. The link is good "
	 "for "
	 "30 minutes and can be used once. If you do not want to sign in, there is nothing to "
	 "do.\n"},
	{"unlock", "es", "Demasiados intentos fallidos en su cuenta",
	 "Hola:\n\nalguien escribió demasiadas veces una contraseña incorrecta de su cuenta, así "
	 "que "
	 "durante un rato no aceptamos accesos desde lugares nuevos. Si quiere entrar ahora, "
	 "abra\n\n{{unlock}}\n\ny pulse el botón, desde la red desde la que quiere entrar. El "
	 "enlace "
	 "vale 30 minutos y se puede usar una sola vez. Si no quiere entrar, no tiene que hacer "
	 "nada.\n"},
	{"code", "en", "Your verification code",
	 "Your code is\n\n    {{code}}\n\nShow it at the pharmacy before {{expires}}. It can be "
	 "used once.\n"},
	{"code", "es", "Su código de verificación",
	 "Su código es\n\n    {{code}}\n\nMuéstrelo en la farmacia antes de {{expires}}. Se puede "
	 "usar una sola vez.\n"},
	{"operator_access", "en", "An administrator of the platform has access to {{organization}}",
	 "Hello {{name}},\n\nan administrator of the platform has opened access to "
	 "{{organization}} until {{until}} (UTC).\n\nReason: {{reason}}\n\nEvery call they make "
	 "is an entry of your audit log.\n"},
	{"operator_access", "es",
	 "Un administrador de la plataforma tiene acceso a {{organization}}",
	 "Hola {{name}}:\n\nun administrador de la plataforma ha abierto el acceso a "
	 "{{organization}} hasta {{until}} (UTC).\n\nMotivo: {{reason}}\n\nCada llamada que haga "
	 "queda en su registro de auditoría.\n"},
	{"compliance_alert", "en", "Compliance: {{title}}",
	 "A public source you subscribed to has news.\n\n{{title}}\nPriority: {{priority}}\n\n"
	 "{{lines}}Please review and acknowledge:\n{{events}}\n"},
};

const char *template_value(const Event__SealedMail *from, const char *name)
{
	for (size_t i = 0; i < from->n_values; i++)
		if (strcmp(from->values[i]->key, name) == 0)
			return from->values[i]->value;
	return "";
}

static bool is_spanish(const Event__SealedMail *from)
{
	return strncmp(from->locale, "es", 2) == 0;
}

/* The day of an instant in UTC, as people write it. */
static void add_day(struct strbuf *out, const Event__SealedMail *from, const char *text)
{
	static const char *const months[][2] = {
		{"January", "enero"},	{"February", "febrero"},   {"March", "marzo"},
		{"April", "abril"},	{"May", "mayo"},	   {"June", "junio"},
		{"July", "julio"},	{"August", "agosto"},	   {"September", "septiembre"},
		{"October", "octubre"}, {"November", "noviembre"}, {"December", "diciembre"},
	};
	struct civil_date day;
	instant t;

	if (!instant_parse(str_of(text), &t)) {
		strbuf_add_c(out, text);
		return;
	}
	day = date_to_civil(date_of_instant(t));
	if (is_spanish(from))
		strbuf_printf(out, "%d de %s de %d", day.day, months[day.month - 1][1], day.year);
	else
		strbuf_printf(out, "%s %d, %d", months[day.month - 1][0], day.day, day.year);
}

static void add_value(struct strbuf *out, const Event__SealedMail *from, const char *name)
{
	if (strcmp(name, "expires") == 0)
		add_day(out, from, template_value(from, name));
	else if (strcmp(name, "link") == 0)
		strbuf_printf(out, "%s/api/auth/verify-email/%s", notification_config.public_url,
			      template_value(from, "token"));
	else if (strcmp(name, "unlock") == 0)
		strbuf_printf(out, "%s/api/auth/unlock/%s", notification_config.public_url,
			      template_value(from, "token"));
	else
		strbuf_add_c(out, template_value(from, name));
}

static char *fill(struct arena *arena, const char *pattern, const Event__SealedMail *from)
{
	struct strbuf out = strbuf_new(arena);
	const char *open, *close;

	while ((open = strstr(pattern, "{{")) && (close = strstr(open, "}}"))) {
		strbuf_add(&out, pattern, (size_t)(open - pattern));
		add_value(&out, from, arena_strndup(arena, open + 2, (size_t)(close - open - 2)));
		pattern = close + 2;
	}
	strbuf_add_c(&out, pattern);
	return out.ptr;
}

struct status template_render(struct arena *arena, const Event__SealedMail *from, struct mail *out)
{
	int found = -1;

	for (size_t i = 0; i < sizeof templates / sizeof templates[0]; i++) {
		if (strcmp(templates[i].name, from->template_) != 0)
			continue;
		if (found < 0 || (is_spanish(from) && strcmp(templates[i].language, "es") == 0))
			found = (int)i;
	}
	if (found < 0)
		return FAIL(NO_TEMPLATE);
	*out = (struct mail){.template = templates[found].name,
			     .to = from->to,
			     .subject = fill(arena, templates[found].subject, from),
			     .text = fill(arena, templates[found].text, from),
			     .html = ""};
	return OK;
}
