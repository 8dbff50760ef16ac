-- Messages and what became of them.  What they say is sealed.

CREATE TABLE notification.message (
	tenant_id uuid NOT NULL,
	id uuid NOT NULL,
	channel text NOT NULL,
	template text NOT NULL,
	status text NOT NULL DEFAULT 'queued',
	attempts int4 NOT NULL DEFAULT 0,
	kid text NOT NULL,
	sealed bytea NOT NULL,
	next_attempt_at timestamptz,
	created_at timestamptz NOT NULL,
	created_by uuid NOT NULL,
	updated_at timestamptz NOT NULL,
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT message_status_check CHECK (status IN ('queued', 'sending', 'sent', 'failed', 'cancelled'))
);
CREATE INDEX message_created_idx ON notification.message (tenant_id, created_at DESC, id DESC);
CREATE INDEX message_waiting_idx ON notification.message (tenant_id) WHERE status IN ('queued', 'sending');
SELECT aegis.protect('notification.message', 'SELECT, INSERT, UPDATE');

CREATE TABLE notification.timeline (
	tenant_id uuid NOT NULL,
	id uuid NOT NULL,
	message_id uuid NOT NULL,
	-- Steps of one message may share their instant: this is their order.
	seq int8 GENERATED ALWAYS AS IDENTITY,
	status text NOT NULL,
	attempt int4 NOT NULL,
	detail text NOT NULL,
	created_at timestamptz NOT NULL,
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT timeline_message_fkey FOREIGN KEY (tenant_id, message_id) REFERENCES notification.message
);
CREATE INDEX timeline_message_idx ON notification.timeline (tenant_id, message_id, seq);
SELECT aegis.protect('notification.timeline', 'SELECT, INSERT');
