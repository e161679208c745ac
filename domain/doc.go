// Package domain is the root of the pure decisions: nothing below it does I/O, reads a clock or starts a goroutine.
//
// Each sub-package owns one idea of the business. They may import each other and nothing else of ours; architecture_test.go
// in the repository root enforces that.
package domain
