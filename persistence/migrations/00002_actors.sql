-- What actors are made of: leases with epochs, snapshots with durable alarms, messages on their way, effects to perform.

-- +goose Up
CREATE TABLE actor_lease (
  kind         text NOT NULL,
  id           text NOT NULL,
  epoch        bigint NOT NULL CHECK (epoch > 0),
  node         text NOT NULL DEFAULT '', -- who runs it; '' on a single node
  activated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (kind, id)
) WITH (fillfactor = 80);
COMMENT ON TABLE actor_lease IS 'The newest activation of each actor: a commit of an older epoch is refused.';

CREATE TABLE actor_snapshot (
  kind       text NOT NULL,
  id         text NOT NULL,
  epoch      bigint NOT NULL, -- of the activation that wrote it
  version    bigint NOT NULL, -- commits so far
  state      bytea,           -- protobuf; NULL while only alarms were saved
  alarms     jsonb NOT NULL DEFAULT '{}', -- name: RFC 3339
  next_due   timestamptz,     -- earliest alarm
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (kind, id)
) WITH (fillfactor = 60, toast_tuple_target = 8000);
-- Protobuf hardly shrinks, and compressing it at every commit costs more than the space.
ALTER TABLE actor_snapshot ALTER COLUMN state SET STORAGE EXTERNAL;
CREATE INDEX actor_snapshot_due ON actor_snapshot (next_due) WHERE next_due IS NOT NULL;

CREATE TABLE actor_message (
  id         text PRIMARY KEY,
  seq        bigint GENERATED ALWAYS AS IDENTITY,
  from_kind  text NOT NULL,
  from_id    text NOT NULL,
  to_kind    text NOT NULL,
  to_id      text NOT NULL,
  type       text NOT NULL, -- full name of the protobuf message
  body       bytea NOT NULL,
  created_at timestamptz NOT NULL
);
COMMENT ON TABLE actor_message IS 'Messages that were promised and not yet handled.';
CREATE INDEX actor_message_seq ON actor_message (seq);

CREATE TABLE outbox (
  id              text PRIMARY KEY,
  seq             bigint GENERATED ALWAYS AS IDENTITY,
  courier         text NOT NULL,
  kind            text NOT NULL,
  subject         text NOT NULL,
  reply_kind      text NOT NULL,
  reply_id        text NOT NULL,
  payload_type    text NOT NULL,
  payload         bytea NOT NULL,
  state           text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'inflight', 'done', 'refused', 'failed', 'unknown')),
  attempts        integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL,
  last_error      text NOT NULL DEFAULT '',
  receipt         bytea,
  created_at      timestamptz NOT NULL,
  updated_at      timestamptz NOT NULL,
  CONSTRAINT outbox_done_has_receipt CHECK (state <> 'done' OR receipt IS NOT NULL)
);
COMMENT ON TABLE outbox IS 'Effects on the outside world: written with the decision, performed by couriers, never done without a receipt.';
CREATE INDEX outbox_waiting ON outbox (courier, seq) WHERE state IN ('pending', 'inflight', 'unknown');
CREATE INDEX outbox_subject ON outbox (subject);

CREATE TABLE live_event (
  seq   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic text NOT NULL,
  key   text NOT NULL,
  at    timestamptz NOT NULL,
  -- Numbers are taken before the commit, so a lower one may appear after a higher one. A reader that stops at the oldest
  -- running transaction (xid < pg_snapshot_xmin(pg_current_snapshot())) skips none.
  xid   xid8 NOT NULL DEFAULT pg_current_xact_id()
);

-- +goose StatementBegin
-- A statement takes its snapshot before it waits for a lock; two statements make sure that the state loaded is the one left by
-- the last commit of the previous epoch.
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

-- +goose StatementBegin
-- The fence and the snapshot in one call: the shared lock on the lease holds a newer activation off until this transaction ends.
CREATE FUNCTION actor_commit(k text, i text, e bigint, v bigint, new_state bytea, new_alarms jsonb, due timestamptz, at timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM actor_lease l WHERE l.kind = k AND l.id = i AND l.epoch = e FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'actor %/% has a newer activation than epoch %', k, i, e USING ERRCODE = 'AC001';
  END IF;
  INSERT INTO actor_snapshot AS s (kind, id, epoch, version, state, alarms, next_due, updated_at)
  VALUES (k, i, e, v, new_state, new_alarms, due, at)
  ON CONFLICT (kind, id) DO UPDATE SET epoch = e, version = v, state = coalesce(new_state, s.state),
    alarms = new_alarms, next_due = due, updated_at = at;
END
$$;
-- +goose StatementEnd

-- +goose StatementBegin
-- What became of an effect. An effect that is not there, or that ended otherwise before, is a bug of its courier.
CREATE FUNCTION effect_finish(e text, s text, r bytea, why text, again timestamptz, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE outbox o SET state = s, receipt = coalesce(r, o.receipt), last_error = why,
    next_attempt_at = coalesce(again, o.next_attempt_at), updated_at = at
  WHERE o.id = e AND (o.state IN ('pending', 'inflight', 'unknown') OR o.state = s);
  IF NOT FOUND THEN
    RAISE EXCEPTION 'effect % cannot become %: it does not exist, or has ended', e, s USING ERRCODE = 'AC004';
  END IF;
END
$$;
-- +goose StatementEnd

INSERT INTO table_rights VALUES
  ('actor_lease', 'SELECT, INSERT, UPDATE, DELETE', 'kind, id, epoch, node, activated_at'),
  ('actor_snapshot', 'SELECT, INSERT, UPDATE, DELETE', 'kind, id, epoch, version, next_due, updated_at'),
  ('actor_message', 'SELECT, INSERT, UPDATE, DELETE', ''),
  ('outbox', 'SELECT, INSERT, UPDATE, DELETE', 'id, seq, courier, kind, subject, state, attempts, next_attempt_at, created_at, updated_at'),
  ('live_event', 'SELECT, INSERT, DELETE', '');

-- +goose Down
DROP FUNCTION effect_finish(text, text, bytea, text, timestamptz, timestamptz);
DROP FUNCTION actor_commit(text, text, bigint, bigint, bytea, jsonb, timestamptz, timestamptz);
DROP FUNCTION actor_activate(text, text, text);
DROP TABLE live_event, outbox, actor_message, actor_snapshot, actor_lease;
DELETE FROM table_rights WHERE table_name IN ('actor_lease', 'actor_snapshot', 'actor_message', 'outbox', 'live_event');
