// Command agente-ceo runs a dropshipping shop's marketing around the clock.
package main

func main() {}
