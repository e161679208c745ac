package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/views"
)

// frameRows is how many rows of one kind go into a frame; the rest are told of without their row.
const frameRows = 200

// first is what a client that has seen everything up to since lacks; h.mu is held.
func (h *hub) first(ctx context.Context, since int64, to audience) ([]byte, error) {
	if !h.ready {
		if err := h.begin(ctx); err != nil {
			return nil, err
		}
	}
	if since >= 0 && since <= h.seq {
		changes, complete, err := h.s.deps.Live.Since(ctx, since, resumable)
		if err != nil {
			return nil, err
		}
		if complete {
			all := int64(0) // the client drops the lines of the audit log that it has
			items, err := h.items(ctx, changes, &all)
			if err != nil {
				return nil, err
			}
			return json.Marshal(deltaFrame{"delta", h.seq, to.of(items)})
		}
	}
	return h.snapshot(ctx, to)
}

// keptSnapshot is a snapshot that was sent.
type keptSnapshot struct {
	seq   int64
	at    time.Time
	frame []byte
}

// snapshot is everything as of h.seq; h.mu is held. Whoever comes within a tick of another of the same audience gets the same: what has
// happened since is in the next frame. After a restart all browsers come at once, and each would cost a dozen queries.
func (h *hub) snapshot(ctx context.Context, to audience) ([]byte, error) {
	now := h.s.deps.Now()
	if kept := h.snapshots[to]; kept.frame != nil && kept.seq == h.seq && now.Sub(kept.at) < tick {
		return kept.frame, nil
	}
	data, err := h.s.overview(ctx, to)
	if err != nil {
		return nil, err
	}
	frame, err := json.Marshal(snapshotFrame{"snapshot", h.seq, data})
	if err != nil {
		return nil, fmt.Errorf("write a snapshot: %w", err)
	}
	h.snapshots[to] = keptSnapshot{h.seq, now, frame}
	return frame, nil
}

func (h *hub) begin(ctx context.Context) error {
	head, err := h.s.deps.Live.Head(ctx)
	if err != nil {
		return err
	}
	newest, err := h.s.deps.Reads.Audit(ctx, views.List{Limit: 1})
	if err != nil {
		return err
	}
	if len(newest) > 0 {
		h.audited = newest[0].Seq
	}
	h.seq, h.ready = head, true
	return nil
}

// step sends everybody what was committed since the last frame.
func (h *hub) step(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, hubTimeout)
	defer cancel()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.cutOff()
	if len(h.clients) == 0 {
		h.ready = false // the next one to come begins where things are then
		return nil
	}
	changes, complete, err := h.s.deps.Live.Since(ctx, h.seq, resumable)
	if err != nil {
		return err
	}
	if !complete {
		return h.again(ctx)
	}
	if len(changes) > 0 {
		h.seq = changes[len(changes)-1].Seq
	}
	items, err := h.items(ctx, changes, &h.audited)
	if err != nil {
		return err
	}
	sums, err := h.sums(ctx)
	if err != nil || len(items)+len(sums) == 0 {
		return err
	}
	items = append(append(items, sums...), deltaItem{"system", "now", h.s.system()})
	return h.tell(func(to audience) ([]byte, error) {
		heard := to.of(items)
		if len(heard) == 1 {
			return nil, nil // the clock alone is no news
		}
		return json.Marshal(deltaFrame{"delta", h.seq, heard})
	})
}

// tell sends each client the frame of its audience, which is made once; h.mu is held.
func (h *hub) tell(frame func(audience) ([]byte, error)) error {
	frames := map[audience][]byte{}
	for m, c := range h.clients {
		data, made := frames[c.audience]
		if !made {
			var err error
			if data, err = frame(c.audience); err != nil {
				return fmt.Errorf("write a frame: %w", err)
			}
			frames[c.audience] = data
		}
		if data != nil {
			_ = m.Write(data) // a reader that is too slow is marked by the error handler
		}
	}
	return nil
}

// again makes everybody begin anew, when more happened than frames can tell.
func (h *hub) again(ctx context.Context) error {
	if err := h.begin(ctx); err != nil {
		return err
	}
	return h.tell(func(to audience) ([]byte, error) { return h.snapshot(ctx, to) })
}

// plainTopics are passed on without a row: the page that shows them fetches it.
var plainTopics = []string{"ad_set", "ad", "report", "scout_run", "blacklisted", "customer", "approval"}

// items are the things that changed, each once, with their rows as they are now, and lines of the audit log after one.
func (h *hub) items(ctx context.Context, changes []views.LiveChange, after *int64) ([]deltaItem, error) {
	ids, audited := h.sorted(changes)
	items := []deltaItem{}
	for _, load := range []func(context.Context, map[string][]string) ([]deltaItem, error){h.catalogueRows, h.businessRows} {
		rows, err := load(ctx, ids)
		if err != nil {
			return nil, err
		}
		items = append(items, rows...)
	}
	for _, topic := range plainTopics {
		for _, id := range ids[topic] {
			items = append(items, deltaItem{topic, id, nil})
		}
	}
	if !audited {
		return items, nil
	}
	lines, err := h.auditLines(ctx, after)
	return append(items, lines...), err
}

// sorted puts the ids of what changed under the topic that shows them, and notes which sums are out of date.
func (h *hub) sorted(changes []views.LiveChange) (ids map[string][]string, audited bool) {
	ids = map[string][]string{}
	seen := map[[2]string]bool{}
	add := func(topic, id string) {
		if key := [2]string{topic, id}; id != "" && !seen[key] {
			seen[key] = true
			ids[topic] = append(ids[topic], id)
		}
	}
	for _, c := range changes {
		switch c.Topic {
		case "campaign", "product", "creative", "alert", "control":
			add(c.Topic, c.Key)
		case "order":
			add(c.Topic, c.Key)
			h.dirty.summary = true
		case "analytics", "shop_revenue":
			add("campaign", c.Key)
			h.dirty.summary = true
		case "purse_move", "reservation", "posting":
			h.dirty.treasury = true
		case "audit":
			audited = true
		default:
			if slices.Contains(plainTopics, c.Topic) {
				add(c.Topic, c.Key)
			}
		}
	}
	return ids, audited
}

func (h *hub) catalogueRows(ctx context.Context, ids map[string][]string) ([]deltaItem, error) {
	products, err := rowsOf(ctx, "product", ids["product"], h.s.deps.Reads.Products, func(p views.Product) string { return p.ID })
	if err != nil {
		return nil, err
	}
	creatives, err := rowsOf(ctx, "creative", ids["creative"], h.s.deps.Reads.Creatives, func(c views.Creative) string { return c.ID })
	return append(products, creatives...), err
}

func (h *hub) businessRows(ctx context.Context, ids map[string][]string) ([]deltaItem, error) {
	items, err := rowsOf(ctx, "campaign", ids["campaign"], h.s.deps.Reads.Campaigns, func(c views.Campaign) string { return c.ID })
	if err != nil {
		return nil, err
	}
	orders, err := rowsOf(ctx, "order", ids["order"], h.s.deps.Reads.Orders, func(o views.Order) string { return o.ID })
	if err != nil {
		return nil, err
	}
	quiet := func(ctx context.Context, l views.List) ([]views.Alert, error) {
		l.Now = h.s.deps.Clock.Now()
		return h.s.deps.Reads.Alerts(ctx, l)
	}
	alerts, err := rowsOf(ctx, "alert", ids["alert"], quiet, func(a views.Alert) string { return a.ID })
	if err != nil {
		return nil, err
	}
	items = append(append(items, orders...), alerts...)
	if len(ids["control"]) == 0 {
		return items, nil
	}
	control, err := h.s.deps.Reads.Control(ctx)
	return append(items, deltaItem{"control", "control", control}), err
}

// rowsOf reads the rows of some ids in one query.
func rowsOf[T any](ctx context.Context, topic string, ids []string, read func(context.Context, views.List) ([]T, error), id func(T) string) ([]deltaItem, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := read(ctx, views.List{Limit: frameRows, IDs: ids[:min(len(ids), frameRows)]})
	if err != nil {
		return nil, err
	}
	byID := make(map[string]T, len(rows))
	for _, row := range rows {
		byID[id(row)] = row
	}
	items := make([]deltaItem, 0, len(ids))
	for _, key := range ids {
		item := deltaItem{Topic: topic, ID: key}
		if row, is := byID[key]; is {
			item.Row = row
		}
		items = append(items, item)
	}
	return items, nil
}

// auditLines are the lines after one, oldest first, at most as many as a dashboard shows; after moves to the newest.
func (h *hub) auditLines(ctx context.Context, after *int64) ([]deltaItem, error) {
	newest, err := h.s.deps.Reads.Audit(ctx, views.List{Limit: overviewActivity, Kind: story})
	if err != nil {
		return nil, err
	}
	var items []deltaItem
	for _, line := range slices.Backward(newest) {
		if line.Seq > *after {
			items = append(items, deltaItem{"audit", strconv.FormatInt(line.Seq, 10), line})
			*after = line.Seq
		}
	}
	return items, nil
}

// sums are the day and the purse, when something that they sum up has changed.
func (h *hub) sums(ctx context.Context) ([]deltaItem, error) {
	now := h.s.deps.Now()
	if now.Sub(h.heavyAt) < heavyEvery || !h.dirty.summary && !h.dirty.treasury {
		return nil, nil
	}
	h.heavyAt = now
	var items []deltaItem
	if h.dirty.summary {
		today := h.s.deps.Clock.Now().UTC().Truncate(24 * time.Hour)
		summary, err := h.s.summed(ctx, today, today)
		if err != nil {
			return nil, err
		}
		items = append(items, deltaItem{"summary", "today", summary})
	}
	if h.dirty.treasury {
		purse, err := h.s.purse(ctx)
		if err != nil {
			return nil, err
		}
		items = append(items, deltaItem{"treasury", purse.Purse, purse})
	}
	h.dirty.summary, h.dirty.treasury = false, false
	return items, nil
}
