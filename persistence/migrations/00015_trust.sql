-- What nobody may believe of itself: an approval is used once and only for what it was given for, a snapshot says how it is written,
-- and every write of an actor is fenced by its epoch.

-- +goose Up
ALTER TABLE approvals ADD COLUMN used_at timestamptz, ADD COLUMN used_by text NOT NULL DEFAULT '';
ALTER TABLE approvals ADD CONSTRAINT approvals_used_were_given CHECK (used_at IS NULL OR status = 'approved' AND decided_by <> '');

-- +goose StatementBegin
-- An approval is used up in the commit of what it allows. What was not given, was given for something else, or was used before refuses
-- that commit.
CREATE FUNCTION approval_use(a text, m text, by_whom text, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE approvals SET used_at = at, used_by = by_whom, updated_at = at
  WHERE id = a AND manifest = m AND status = 'approved' AND used_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'approval % does not allow %: it was not given for that, or is used up', a, m USING ERRCODE = 'AC009';
  END IF;
END
$$;
-- +goose StatementEnd

-- What an order has taken in: refunds by the shop's ids, and the latest of the shop's versions of it. Older ones change nothing.
ALTER TABLE orders ADD COLUMN refund_ids text[] NOT NULL DEFAULT '{}', ADD COLUMN shop_updated_at timestamptz;

ALTER TABLE actor_snapshot ADD COLUMN format integer NOT NULL DEFAULT 1 CHECK (format > 0);
COMMENT ON COLUMN actor_snapshot.format IS 'How state is written: a program that does not know the number does not start the actor.';
UPDATE table_rights SET readonly = 'kind, id, epoch, version, next_due, updated_at, format' WHERE table_name = 'actor_snapshot';

DROP FUNCTION actor_activate(text, text, text);
-- +goose StatementBegin
-- A statement takes its snapshot before it waits for a lock; two statements make sure that the state loaded is the one left by
-- the last commit of the previous epoch.
CREATE FUNCTION actor_activate(k text, i text, n text, OUT epoch bigint, OUT version bigint, OUT state bytea, OUT alarms jsonb, OUT format integer)
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO actor_lease AS l (kind, id, epoch, node) VALUES (k, i, 1, n)
  ON CONFLICT (kind, id) DO UPDATE SET epoch = l.epoch + 1, node = n, activated_at = now()
  RETURNING l.epoch INTO actor_activate.epoch;
  SELECT s.version, s.state, s.alarms, s.format INTO actor_activate.version, actor_activate.state, actor_activate.alarms, actor_activate.format
  FROM actor_snapshot s WHERE s.kind = k AND s.id = i;
  actor_activate.version := coalesce(actor_activate.version, 0);
  actor_activate.format := coalesce(actor_activate.format, 1);
END
$$;
-- +goose StatementEnd

-- +goose StatementBegin
-- The fence alone, for what an actor writes outside of a commit.
CREATE FUNCTION actor_fence(k text, i text, e bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM actor_lease l WHERE l.kind = k AND l.id = i AND l.epoch = e FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'actor %/% has a newer activation than epoch %', k, i, e USING ERRCODE = 'AC001';
  END IF;
END
$$;
-- +goose StatementEnd

-- +goose StatementBegin
-- A durable message that was handled and changed nothing: forgotten by whoever was the newest, and by nobody else, who may have decided
-- on an old state that there was nothing to do.
CREATE FUNCTION message_forget(k text, i text, e bigint, m text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM actor_fence(k, i, e);
  DELETE FROM actor_message WHERE id = m;
END
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION effect_begin_fenced(k text, i text, e bigint, effect text, at timestamptz) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM actor_fence(k, i, e);
  RETURN effect_begin(effect, at, true);
END
$$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION effect_begin_fenced(text, text, bigint, text, timestamptz);
DROP FUNCTION message_forget(text, text, bigint, text);
DROP FUNCTION actor_fence(text, text, bigint);
DROP FUNCTION actor_activate(text, text, text);
-- +goose StatementBegin
CREATE FUNCTION actor_activate(k text, i text, n text, OUT epoch bigint, OUT version bigint, OUT state bytea, OUT alarms jsonb)
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO actor_lease AS l (kind, id, epoch, node) VALUES (k, i, 1, n)
  ON CONFLICT (kind, id) DO UPDATE SET epoch = l.epoch + 1, node = n, activated_at = now()
  RETURNING l.epoch INTO actor_activate.epoch;
  SELECT s.version, s.state, s.alarms INTO actor_activate.version, actor_activate.state, actor_activate.alarms
  FROM actor_snapshot s WHERE s.kind = k AND s.id = i;
  actor_activate.version := coalesce(actor_activate.version, 0);
END
$$;
-- +goose StatementEnd
UPDATE table_rights SET readonly = 'kind, id, epoch, version, next_due, updated_at' WHERE table_name = 'actor_snapshot';
ALTER TABLE actor_snapshot DROP COLUMN format;
ALTER TABLE orders DROP COLUMN refund_ids, DROP COLUMN shop_updated_at;
DROP FUNCTION approval_use(text, text, text, timestamptz);
ALTER TABLE approvals DROP COLUMN used_at, DROP COLUMN used_by;
