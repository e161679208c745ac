package actorkit

import (
	"slices"
	"strings"
	"time"
)

// alarms are an actor's durable timers, sorted by time and name.
type alarms []armedAlarm

type armedAlarm struct {
	Alarm
	fired bool // its Due was taken out of the mailbox, and no commit has removed it yet
}

func alarmsOf(times map[string]time.Time) alarms {
	out := make(alarms, 0, len(times))
	for name, at := range times {
		out = append(out, armedAlarm{Alarm: Alarm{Name: name, At: at.UTC()}})
	}
	out.sort()
	return out
}

func (a alarms) sort() {
	slices.SortFunc(a, func(x, y armedAlarm) int {
		if c := x.At.Compare(y.At); c != 0 {
			return c
		}
		return strings.Compare(x.Name, y.Name)
	})
}

func (a alarms) find(name string) int {
	return slices.IndexFunc(a, func(x armedAlarm) bool { return x.Name == name })
}

// changed is what a change makes of the alarms; ended are those whose handlers make it.
func (a alarms) changed(ch Change, ended ...string) alarms {
	next := make(alarms, 0, len(a)+len(ch.Schedule))
	for _, x := range a {
		if (x.fired && slices.Contains(ended, x.Name)) || slices.Contains(ch.Cancel, x.Name) {
			continue
		}
		next = append(next, x)
	}
	for _, x := range ch.Schedule {
		// Postgres keeps microseconds: what is stored must equal what is armed.
		fresh := armedAlarm{Alarm: Alarm{Name: x.Name, At: x.At.UTC().Truncate(time.Microsecond)}}
		if i := next.find(x.Name); i >= 0 {
			next[i] = fresh
		} else {
			next = append(next, fresh)
		}
	}
	next.sort()
	return next
}

// firedLike marks as fired what has fired in old: the same alarm at the same time.
func (a alarms) firedLike(old alarms) alarms {
	for i, x := range a {
		if j := old.find(x.Name); j >= 0 && old[j].At.Equal(x.At) {
			a[i].fired = a[i].fired || old[j].fired
		}
	}
	return a
}

// times is the alarms as the store keeps them, nil for none.
func (a alarms) times() map[string]time.Time {
	if len(a) == 0 {
		return nil
	}
	out := make(map[string]time.Time, len(a))
	for _, x := range a {
		out[x.Name] = x.At
	}
	return out
}

// earliest is the first of all alarms, zero for none.
func (a alarms) earliest() time.Time {
	if len(a) == 0 {
		return time.Time{}
	}
	return a[0].At
}

// next is the first alarm that has not fired.
func (a alarms) next() (Alarm, bool) {
	for _, x := range a {
		if !x.fired {
			return x.Alarm, true
		}
	}
	return Alarm{}, false
}

// arm sets the clock for the earliest alarm. One timer an actor is enough: the next is armed when this one has been handled, and an
// idle actor stays small.
func (k *Kit) arm() {
	next, ok := k.alarms.next()
	if k.stats != nil {
		k.stats.setNextAlarm(next.At)
	}
	if !ok || k.stopped {
		k.disarm()
		return
	}
	if k.armed != nil && k.armed.Name == next.Name && k.armed.At.Equal(next.At) {
		return
	}
	k.disarm()
	due := &Due{Name: next.Name, At: next.At, kit: k}
	k.armed = due
	k.timer = k.deps.Clock.At(next.At, k.owner, func() { due.kit.root.Send(due.kit.self, due) })
}

// Postpone moves alarms without a commit: a round of which nothing came is not worth writing down. Until the next commit the store
// still has the old time, so that a crash, or the sweeper, brings the round again: it must be one that may be repeated.
func (k *Kit) Postpone(schedule ...Alarm) {
	k.alarms = k.alarms.changed(Change{Schedule: schedule}, k.current.alarm())
	if k.current != nil && k.current.fired != "" {
		k.current.committed = true
	}
	k.arm()
}

func (k *Kit) disarm() {
	if k.timer != nil {
		k.timer.Stop()
	}
	k.timer, k.armed = nil, nil
}

// fire takes an alarm that is due; it reports false for one that was moved, cancelled or armed by an earlier incarnation.
func (k *Kit) fire(m *Due) bool {
	if m.kit != k || k.stopped {
		return false
	}
	i := k.alarms.find(m.Name)
	if i < 0 || k.alarms[i].fired || !k.alarms[i].At.Equal(m.At) {
		return false
	}
	k.alarms[i].fired = true
	if k.armed == m {
		k.timer, k.armed = nil, nil
	}
	return true
}
