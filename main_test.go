package main

import (
	"testing"

	"github.com/agente-ceo/agente-ceo/persistence/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }
