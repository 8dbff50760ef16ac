-- What only an owner may do is a permission of its own, so that an administrator holds less.
UPDATE auth.membership SET permissions = array_append(permissions, 'ownership:write')
WHERE role = 'owner' AND NOT 'ownership:write' = ANY (permissions);
