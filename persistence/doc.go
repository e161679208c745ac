// Package persistence is the database, and the only part of the program that speaks SQL.
//
// A DB is an actorkit.Store: whatever an actor's message changes is one transaction, sent as one batch in one round trip. The
// read model, the outbox, the inbox of webhooks and the audit log live in the same transaction, so they never disagree with the
// actor that wrote them. Postgres is the judge of two things that no process may decide alone: which activation of an actor is
// the newest (epochs), and whether a purse's cap holds (purse_window).
//
// Statements are in queries/*.sql, the schema is in migrations/*.sql.
package persistence
