package directory_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// sleeper is an idle campaign: four alarms and no state.
type sleeper struct{ kit *actorkit.Kit }

// Receive is actor.Actor's.
func (a *sleeper) Receive(c actor.Context) {
	switch c.Message().(type) {
	case *actor.Started:
		a.kit.Start(c, &messages.Wake{})
		var ch actorkit.Change
		for i, name := range []string{"monitor", "decide", "scale", "rotate"} {
			ch.Schedule = append(ch.Schedule, actorkit.Alarm{Name: name, At: a.kit.Now().Add(time.Duration(i+1) * time.Hour)})
		}
		a.kit.Commit(c, ch)
	case *actor.Stopping:
		a.kit.Stop()
	default:
		a.kit.Unhandled(c)
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkIdleActor measures the memory of an actor with its alarms, beside its state and its entry in the store.
func BenchmarkIdleActor(b *testing.B) {
	const actors = 10_000
	for b.Loop() {
		d, deps, v := virtualWorld(b)
		d.Register("campaign", func(key actorkit.Key) actor.Actor { return &sleeper{kit: actorkit.New(deps, key)} })
		before := heap()
		for i := range actors {
			d.Wake(actorkit.Key{Kind: "campaign", ID: fmt.Sprintf("cmp_%016d", i)})
		}
		v.Settle()
		b.ReportMetric(float64(heap()-before)/actors, "B/actor")
		runtime.KeepAlive(d)
	}
}
