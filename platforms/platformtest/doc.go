// Package platformtest holds what adapters are judged by: the conformance suites of the ports, and access to the platforms' published
// sample requests and answers.
package platformtest
