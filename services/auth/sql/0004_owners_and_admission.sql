-- What only an owner may do is a permission of its own, so that an administrator holds less.
UPDATE auth.membership SET permissions = array_append(permissions, 'ownership:write')
WHERE role = 'owner' AND NOT 'ownership:write' = ANY (permissions);

-- A registration that nobody confirms ends at expires_at and leaves its address free.  Accounts
-- of before that were never confirmed get a week; the mails that ask for it can be sent again.
ALTER TABLE auth.account
	ADD COLUMN locale text NOT NULL DEFAULT 'en-US',
	ADD COLUMN expires_at timestamptz;
UPDATE auth.account SET expires_at = now() + interval '7 days'
WHERE email_verified_at IS NULL AND NOT is_platform_admin;
CREATE INDEX account_expiry_idx ON auth.account (expires_at) WHERE email_verified_at IS NULL;

-- Links of mails: for confirming an address, and for signing in although the account is locked.
ALTER TABLE auth.email_token
	ADD COLUMN kind text NOT NULL DEFAULT 'verify',
	ADD COLUMN created_at timestamptz NOT NULL DEFAULT now(),
	ADD CONSTRAINT email_token_kind_check CHECK (kind IN ('verify', 'unlock'));
CREATE INDEX email_token_account_idx ON auth.email_token (account_id, kind, created_at);
