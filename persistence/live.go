package persistence

// liveEvent tells the dashboard that something changed; it fetches what it shows.
type liveEvent struct{ topic, key string }

// changed remembers an event of this commit, once.
func (w *writer) changed(topic, key string) {
	if !w.db.opts.LiveEvents {
		return
	}
	event := liveEvent{topic, key}
	if w.said[event] {
		return
	}
	if w.said == nil {
		w.said = map[liveEvent]bool{}
	}
	w.said[event] = true
	w.live = append(w.live, event)
}

func (w *writer) liveEvents() {
	for _, a := range w.c.Audit {
		w.changed("audit", a.Subject)
	}
	if len(w.live) == 0 {
		return
	}
	topics, keys := make([]string, len(w.live)), make([]string, len(w.live))
	for i, e := range w.live {
		topics[i], keys[i] = e.topic, e.key
	}
	w.add("live_tell", topics, keys, w.c.Now)
}
