package persistence

import "github.com/jackc/pgx/v5/pgxpool"

// Statement is the text of a named query, for benchmarks that send the same statements by hand.
func Statement(name string) string { return statement(name) }

// Pool is the connections of a database, for the same.
func Pool(db *DB) *pgxpool.Pool { return db.pool }
