// Package platforms holds the ports to the outside world, in domain words. Adapters live in the sub-packages; platformtest holds the
// suites that every adapter passes; sandbox is the simulated world, which may not import any adapter.
//
// Every method takes a context that carries its deadline, returns errors classified by domain/fault, and is safe for use by several goroutines.
package platforms
