-- Mails that were given up are kept apart from those that a server refused for good: 'dead'.
ALTER TABLE notification.message
	DROP CONSTRAINT message_status_check,
	ADD CONSTRAINT message_status_check CHECK (status IN ('queued', 'sending', 'sent', 'failed', 'cancelled', 'dead')),
	-- Until when the mail waits for a mail server that takes none; NULL in older rows.
	ADD COLUMN give_up_at timestamptz;
CREATE INDEX message_stuck_idx ON notification.message (updated_at) WHERE status IN ('queued', 'sending');
COMMENT ON INDEX notification.message_stuck_idx IS 'across tenants: the sweep finds what no job carries any more';
SELECT aegis.protect_for_relay('notification.message', 'SELECT, UPDATE');

-- The mail server takes no mails since then: one row while that lasts, none otherwise.
CREATE TABLE notification.mail_outage (
	-- A hash of the server's URL and our account there.
	server text PRIMARY KEY,
	since timestamptz NOT NULL,
	failures int4 NOT NULL,
	answer text NOT NULL,
	-- Nobody tries before; who moves this on tries.
	until timestamptz NOT NULL
);
SELECT aegis.open_to('notification.mail_outage', 'SELECT, INSERT, UPDATE, DELETE');

-- What was used of a day's allowance.  who: a purpose, and for a recipient a keyed hash of the address.
CREATE TABLE notification.allowance (
	tenant_id uuid NOT NULL,
	who bytea NOT NULL,
	day date NOT NULL,
	used int4 NOT NULL,
	PRIMARY KEY (tenant_id, who)
);
CREATE INDEX allowance_age_idx ON notification.allowance (day);
COMMENT ON INDEX notification.allowance_age_idx IS 'across tenants: the sweep removes past days';
SELECT aegis.protect('notification.allowance', 'SELECT, INSERT, UPDATE');
SELECT aegis.protect_for_relay('notification.allowance', 'SELECT, DELETE');
