package main

import "github.com/spf13/cobra"

func newServe(c *common) *cobra.Command   { return &cobra.Command{Use: "serve"} }
func newSandbox(c *common) *cobra.Command { return &cobra.Command{Use: "sandbox"} }
func newMigrate(c *common) *cobra.Command { return &cobra.Command{Use: "migrate"} }
func newAudit(c *common) *cobra.Command   { return &cobra.Command{Use: "audit"} }
func newUser(c *common) *cobra.Command    { return &cobra.Command{Use: "user"} }
func newDoctor(c *common) *cobra.Command  { return &cobra.Command{Use: "doctor"} }
