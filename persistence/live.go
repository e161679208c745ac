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
		n := len(w.c.Facts) + len(w.c.Audit)
		w.said, w.live = make(map[liveEvent]bool, n), make([]liveEvent, 0, n)
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
	n := len(w.live)
	w.add("live_tell", column(n, func(i int) string { return w.live[i].topic }), column(n, func(i int) string { return w.live[i].key }), w.c.Now)
}
