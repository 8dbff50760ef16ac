-- Owners and admins of existing organizations may send again what was refused or given up.
UPDATE auth.membership SET permissions = array_append(permissions, 'notifications:replay')
WHERE role IN ('owner', 'admin') AND NOT 'notifications:replay' = ANY (permissions);
