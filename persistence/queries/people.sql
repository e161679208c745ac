-- name: users_find
-- $1 e-mail or '', $2 id or 0; both empty: all
SELECT id, email, name, roles, language, locked_until, disabled_at, last_login_at, created_at, password_hash, failed_logins
FROM users WHERE ($1::text = '' OR email = $1) AND ($2::bigint = 0 OR id = $2) ORDER BY id;

-- name: user_may_approve
SELECT EXISTS (SELECT FROM users WHERE email = $1 AND $1 <> '' AND disabled_at IS NULL AND 'approver' = ANY (roles));

-- name: user_add
INSERT INTO users (email, name, password_hash, roles, language, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $6)
ON CONFLICT (email) DO NOTHING RETURNING id;

-- name: user_update
UPDATE users SET name = $2, password_hash = $3, roles = $4, language = $5, disabled_at = $6, updated_at = $7,
  failed_logins = 0, locked_until = NULL
WHERE id = $1;

-- name: admins_lock
-- The same rows are locked by whoever takes an administrator away, so that two of them cannot take the last two.
SELECT count(*) FROM (SELECT FROM users WHERE 'admin' = ANY (roles) AND disabled_at IS NULL ORDER BY id FOR UPDATE) a;

-- name: login_succeeded
UPDATE users SET failed_logins = 0, locked_until = NULL, last_login_at = $2 WHERE id = $1;

-- name: login_failed
UPDATE users SET failed_logins = failed_logins + 1, locked_until = coalesce($2, locked_until), updated_at = $3 WHERE id = $1;

-- name: session_find
SELECT data FROM sessions WHERE token = $1 AND expiry > $2;

-- name: session_save
INSERT INTO sessions (token, data, expiry, user_id) VALUES ($1, $2, $3, nullif($4::bigint, 0))
ON CONFLICT (token) DO UPDATE SET data = excluded.data, expiry = excluded.expiry, user_id = excluded.user_id;

-- name: session_delete
DELETE FROM sessions WHERE token = $1;

-- name: sessions_delete_of
DELETE FROM sessions WHERE user_id = $1;

-- name: token_user
UPDATE api_tokens SET last_used_at = $2 WHERE token_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)
  AND (last_used_at IS NULL OR last_used_at < $2 - interval '1 minute')
RETURNING user_id;

-- name: token_user_lately
SELECT user_id FROM api_tokens WHERE token_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2);

-- name: token_add
INSERT INTO api_tokens (user_id, name, token_hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5) RETURNING id;

-- name: tokens_revoke
UPDATE api_tokens SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL;

-- name: settings_newest
SELECT version, config FROM settings ORDER BY version DESC LIMIT 1;

-- name: settings_add
INSERT INTO settings (version, config, changes, reason, by_whom, at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (version) DO NOTHING;

-- name: settings_history
SELECT version, changes, reason, by_whom AS by, at FROM settings ORDER BY version DESC LIMIT $1;

-- name: credentials_all
SELECT name, true AS set, hint, updated_at, updated_by FROM credentials ORDER BY name;

-- name: credential_put
INSERT INTO credentials (name, key_id, ciphertext, hint, updated_at, updated_by) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (name) DO UPDATE SET key_id = excluded.key_id, ciphertext = excluded.ciphertext, hint = excluded.hint,
  updated_at = excluded.updated_at, updated_by = excluded.updated_by;

-- name: credential_delete
DELETE FROM credentials WHERE name = $1;

-- name: credentials_sealed
SELECT name, key_id, ciphertext FROM credentials ORDER BY name;

-- name: alert_acknowledge
UPDATE alerts SET acknowledged_at = coalesce(acknowledged_at, $2), acknowledged_by = coalesce(nullif(acknowledged_by, ''), $3) WHERE id = $1;

-- name: blacklist_drop
DELETE FROM blacklist WHERE kind = $1 AND term = $2;
