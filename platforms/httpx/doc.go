// Package httpx is the one transport of every platform adapter: base address, time limit, bounded answers, secrets kept out of
// errors, a hook for metrics, and the first sorting of failures into "nothing happened", "unknown" and "refused".
//
// It never retries: that is the couriers' work, and only they know what has been looked up already.
package httpx
