// Package catalog decides which candidates become products: guardrails that no score outweighs, the price that our shop asks, the
// exact margin, a score explained part by part, and the order in which ready products are launched.
//
// It is pure. The lists that a marketer may want to read and argue about are text: policy.txt, trademarks.txt and profanity.txt
// beside the code, and the decision tables under testdata.
package catalog
