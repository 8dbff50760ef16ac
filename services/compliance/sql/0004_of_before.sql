-- runs-as: migrator
-- Alerts of before have one event each.
UPDATE compliance.event AS e SET alert_id = a.id
FROM compliance.alert AS a WHERE a.tenant_id = e.tenant_id AND a.event_id = e.id;
UPDATE compliance.alert AS a SET source_id = e.source_id
FROM compliance.event AS e WHERE e.tenant_id = a.tenant_id AND e.id = a.event_id;

-- A source on this machine is the demo's: from now on it is seen by the organization that subscribed to it first, or by none.
UPDATE compliance.source AS s SET only_tenant = coalesce(
	(SELECT b.tenant_id FROM compliance.subscription AS b WHERE b.source_id = s.id ORDER BY b.created_at, b.tenant_id LIMIT 1),
	'00000000-0000-7000-8000-000000000001')
WHERE s.url ~* '^https?://(127\.[0-9.]+|localhost|\[::1\])([:/]|$)';
