-- Who may come in, and secrets. Nothing here is for agente_readonly.

-- +goose Up
CREATE TABLE users (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email         text NOT NULL CHECK (email = lower(email)),
  name          text NOT NULL DEFAULT '',
  password_hash text NOT NULL, -- argon2id, PHC string
  roles         text[] NOT NULL CHECK (roles <@ ARRAY['viewer', 'operator', 'approver', 'admin']),
  language      text NOT NULL DEFAULT '',
  failed_logins integer NOT NULL DEFAULT 0,
  locked_until  timestamptz,
  disabled_at   timestamptz,
  last_login_at timestamptz,
  created_at    timestamptz NOT NULL,
  updated_at    timestamptz NOT NULL,
  CONSTRAINT users_email UNIQUE (email)
);

CREATE TABLE sessions (
  token   text PRIMARY KEY, -- a hash of what the cookie holds
  data    bytea NOT NULL,
  expiry  timestamptz NOT NULL,
  user_id bigint REFERENCES users (id) ON DELETE CASCADE
);
CREATE INDEX sessions_expiry ON sessions (expiry);
CREATE INDEX sessions_user ON sessions (user_id);

CREATE TABLE api_tokens (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id      bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name         text NOT NULL,
  token_hash   bytea NOT NULL,
  created_at   timestamptz NOT NULL,
  expires_at   timestamptz,
  last_used_at timestamptz,
  revoked_at   timestamptz,
  CONSTRAINT api_tokens_hash UNIQUE (token_hash)
);
CREATE INDEX api_tokens_user ON api_tokens (user_id);

CREATE TABLE credentials (
  name       text PRIMARY KEY,       -- 'META_ACCESS_TOKEN'
  key_id     text NOT NULL,          -- which master key
  ciphertext bytea NOT NULL,         -- nonce and AES-256-GCM, the name as additional data
  hint       text NOT NULL DEFAULT '', -- what people may see of it: its last characters
  updated_at timestamptz NOT NULL,
  updated_by text NOT NULL DEFAULT ''
);

INSERT INTO table_rights VALUES
  ('users', 'SELECT, INSERT, UPDATE', ''),
  ('sessions', 'SELECT, INSERT, UPDATE, DELETE', ''),
  ('api_tokens', 'SELECT, INSERT, UPDATE, DELETE', ''),
  ('credentials', 'SELECT, INSERT, UPDATE, DELETE', '');

-- +goose Down
DROP TABLE credentials, api_tokens, sessions, users;
DELETE FROM table_rights WHERE table_name IN ('users', 'sessions', 'api_tokens', 'credentials');
