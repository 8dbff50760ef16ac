-- All acceptances that a draft ever got: with the revision, this count tells every state of the draft from the others.
ALTER TABLE program.screener_draft ADD COLUMN acceptances int8 NOT NULL DEFAULT 0;
UPDATE program.screener_draft AS d SET acceptances = (SELECT count(*) FROM program.safety_acceptance a
	WHERE a.tenant_id = d.tenant_id AND a.program_id = d.program_id AND a.screener_version = d.screener_version);
