-- Who comes in and how they are kept out: a number that grows whenever somebody may have to go, the places that people sign in from,
-- and second factors. Nothing here is for agente_readonly.

-- +goose Up
CREATE TABLE people_changes (
  one     boolean PRIMARY KEY DEFAULT true CHECK (one),
  version bigint NOT NULL
);
COMMENT ON TABLE people_changes IS 'Grows in each transaction after which somebody may no longer be who they were: whoever holds connections open looks again.';
INSERT INTO people_changes VALUES (true, 0);

-- +goose StatementBegin
-- A row and not a sequence: a number that can be read before what it announces would be looked at too early.
CREATE FUNCTION people_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE people_changes SET version = version + 1;
  PERFORM pg_notify('live', '');
  RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER people_changed AFTER UPDATE OF roles, disabled_at, password_hash ON users FOR EACH STATEMENT EXECUTE FUNCTION people_changed();
CREATE TRIGGER people_changed AFTER UPDATE OF revoked_at ON api_tokens FOR EACH STATEMENT EXECUTE FUNCTION people_changed();
CREATE TRIGGER people_changed AFTER DELETE ON sessions FOR EACH STATEMENT EXECUTE FUNCTION people_changed();

-- Wrong passwords are counted by the place that they come from: a device that carries our cookie, or else a network. So nobody can lock
-- somebody else out.
CREATE TABLE login_places (
  user_id     bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  place       bytea NOT NULL, -- a hash
  failures    integer NOT NULL DEFAULT 0, -- in a row
  waits_until timestamptz,
  failed_at   timestamptz,
  trusted_at  timestamptz, -- when they last came in from there
  PRIMARY KEY (user_id, place)
);
ALTER TABLE users DROP COLUMN failed_logins, DROP COLUMN locked_until;

CREATE TABLE second_factors (
  user_id      bigint PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  key_id       text NOT NULL,  -- which master key
  ciphertext   bytea NOT NULL, -- nonce and AES-256-GCM, the user as additional data
  created_at   timestamptz NOT NULL,
  confirmed_at timestamptz,    -- asked for at sign-in from then on
  last_step    bigint NOT NULL DEFAULT 0 -- of 30 seconds since 1970: this one and those before it are used up
);
CREATE TABLE recovery_codes (
  user_id bigint NOT NULL REFERENCES second_factors (user_id) ON DELETE CASCADE,
  hash    bytea NOT NULL,
  PRIMARY KEY (user_id, hash)
);

INSERT INTO table_rights VALUES
  ('people_changes', 'SELECT, UPDATE', ''),
  ('login_places', 'SELECT, INSERT, UPDATE, DELETE', ''),
  ('second_factors', 'SELECT, INSERT, UPDATE, DELETE', ''),
  ('recovery_codes', 'SELECT, INSERT, DELETE', '');

-- +goose Down
DROP TABLE recovery_codes, second_factors, login_places;
ALTER TABLE users ADD COLUMN failed_logins integer NOT NULL DEFAULT 0, ADD COLUMN locked_until timestamptz;
DROP TRIGGER people_changed ON users;
DROP TRIGGER people_changed ON api_tokens;
DROP TRIGGER people_changed ON sessions;
DROP FUNCTION people_changed();
DROP TABLE people_changes;
DELETE FROM table_rights WHERE table_name IN ('people_changes', 'login_places', 'second_factors', 'recovery_codes');
