package httpapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/messages"
)

const (
	// maxBatch and maxBatchBytes bound what is stored in one transaction; one delivery is at most maxBody.
	maxBatch      = 512
	maxBatchBytes = 8 << 20
	// storeTimeout bounds one transaction. Shops wait five seconds for an answer.
	storeTimeout = 5 * time.Second
)

// intake stores webhooks in batches: while one is committed, the next gathers, and is committed as soon as the first is. There is no
// timer: a delivery that comes alone is stored alone, at once. Each is answered by what became of it: stored, stored before, or
// not stored.
type intake struct {
	webhooks WebhookStore
	stored   func() // called after each batch of which something was stored
	log      *slog.Logger

	mu      sync.Mutex
	waiting []*arrival
	busy    bool
	closed  bool
	work    sync.WaitGroup
}

// arrival is a delivery whose sender waits.
type arrival struct {
	delivery  views.Delivery
	duplicate bool
	err       error
	done      chan struct{}
}

var errClosing = errors.New("the API is closing")

func newIntake(d Deps) *intake {
	return &intake{webhooks: d.Webhooks, log: d.Log, stored: func() { d.Actors.Tell(ordersKey, &messages.WebhookStored{}) }}
}

// store returns when the delivery is durable, or when it is certain that this call has nothing more to say about it. It does not end
// with the request: a sender that goes away may as well find its delivery stored.
func (q *intake) store(d views.Delivery) (duplicate bool, err error) {
	a := &arrival{delivery: d, done: make(chan struct{})}
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return false, fault.Retry("stopping", 0, errClosing)
	}
	q.waiting = append(q.waiting, a)
	if !q.busy {
		q.busy = true
		q.work.Go(q.drain)
	}
	q.mu.Unlock()
	<-a.done
	return a.duplicate, a.err
}

// drain stores what waits until nothing does.
func (q *intake) drain() {
	for batch := q.take(); len(batch) > 0; batch = q.take() {
		q.storeBatch(batch)
		for _, a := range batch {
			close(a.done)
		}
	}
}

// take is the next batch, in order of arrival; none ends the draining.
func (q *intake) take() []*arrival {
	q.mu.Lock()
	defer q.mu.Unlock()
	n, bytes := 0, 0
	for n < len(q.waiting) && n < maxBatch && (n == 0 || bytes+len(q.waiting[n].delivery.Body) <= maxBatchBytes) {
		bytes += len(q.waiting[n].delivery.Body)
		n++
	}
	batch := q.waiting[:n:n]
	q.waiting = q.waiting[n:]
	q.busy = n > 0
	return batch
}

// storeBatch stores deliveries together. Where the database is well and refuses the batch, one of them must be the reason: each is
// stored by itself, so that it fails alone.
func (q *intake) storeBatch(batch []*arrival) {
	err := q.try(batch)
	if err != nil && len(batch) > 1 && fault.KindOf(err) != fault.Retryable {
		for _, a := range batch {
			a.err = q.try([]*arrival{a})
		}
	} else {
		for _, a := range batch {
			a.err = err
		}
	}
	told := false
	for _, a := range batch {
		switch {
		case a.err != nil:
			q.log.Error("webhook was not stored", "source", a.delivery.Source, "error", a.err.Error())
		case !told:
			q.stored()
			told = true
		}
	}
}

// try stores deliveries in one transaction.
func (q *intake) try(batch []*arrival) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("store webhooks: %v", reason) // those who wait must be answered
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), storeTimeout)
	defer cancel()
	list := make([]views.Delivery, len(batch))
	for i, a := range batch {
		list[i] = a.delivery
	}
	duplicate, err := q.webhooks.StoreWebhooks(ctx, list)
	if err != nil {
		return err
	}
	for i, a := range batch {
		a.duplicate = duplicate[i]
	}
	return nil
}

// close stores what waits and takes nothing more.
func (q *intake) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.work.Wait()
}
