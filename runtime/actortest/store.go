package actortest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/directory"
)

// Store is an actorkit.Store and directory.Ledger in memory. It passes StoreSuite, and is safe for concurrent use.
type Store struct {
	mu       sync.Mutex
	actors   map[actorkit.Key]*storedActor
	messages map[string]*storedMessage
	seq      int
	effects  []StoredEffect
	outcomes []actorkit.Outcome
	facts    []facts.Fact
	audit    []actorkit.Audit
	answers  map[string]bool // asks that have a facts.BudgetAnswer
	commits  int
	refuse   func(actorkit.Commit) error
	failures int // commits to fail before they are written
	losses   int // commits whose answer is lost after they were written
}

var (
	_ actorkit.Store   = (*Store)(nil)
	_ directory.Ledger = (*Store)(nil)
)

type storedActor struct {
	epoch, version int64
	state          []byte
	alarms         map[string]time.Time
	nextDue        time.Time
}

type storedMessage struct {
	id       string
	from, to actorkit.Key
	name     string
	body     []byte
	at       time.Time
	seq      int
}

// StoredEffect is an effect with who committed it.
type StoredEffect struct {
	actorkit.Effect
	From actorkit.Key
	At   time.Time
	Done bool // answered through Harness.Answer, or ended by a courier's commit
}

// NewStore makes an empty store.
func NewStore() *Store {
	return &Store{actors: make(map[actorkit.Key]*storedActor), messages: make(map[string]*storedMessage)}
}

// Activate is actorkit.Store's.
func (s *Store) Activate(ctx context.Context, key actorkit.Key) (actorkit.Activation, error) {
	if err := ctx.Err(); err != nil {
		return actorkit.Activation{}, fault.Retry("store", 0, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.actors[key]
	if row == nil {
		row = &storedActor{}
		s.actors[key] = row
	}
	row.epoch++
	return actorkit.Activation{
		Epoch: row.epoch, Version: row.version, State: slices.Clone(row.state), Alarms: maps.Clone(row.alarms), Format: actorkit.SnapshotFormat,
	}, nil
}

var errInjected = errors.New("the test broke the connection")

// Commit is actorkit.Store's.
func (s *Store) Commit(ctx context.Context, c actorkit.Commit) error {
	if err := ctx.Err(); err != nil {
		return fault.Retry("store", 0, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failures > 0 {
		s.failures--
		return fault.Retry("store", 0, errInjected)
	}
	if err := s.write(c); err != nil {
		return err
	}
	if s.losses > 0 {
		s.losses--
		return fault.Unknown("store", errInjected)
	}
	return nil
}

func (s *Store) write(c actorkit.Commit) error {
	row := s.actors[c.Key]
	if row == nil || row.epoch != c.Epoch {
		return fault.Refuse(actorkit.StaleEpoch, "%s was activated again", c.Key)
	}
	if s.refuse != nil {
		if err := s.refuse(c); err != nil {
			return err
		}
	}
	if id := s.answeredBefore(c.Facts); id != "" {
		return fault.Refuse("answered_before", "ask %s", id)
	}
	tells, err := s.encode(c)
	if err != nil {
		return err
	}
	row.version, row.alarms, row.nextDue = c.Version, maps.Clone(c.Alarms), c.NextDue
	if c.State != nil {
		row.state = slices.Clone(c.State)
	}
	for _, id := range c.Handled {
		delete(s.messages, id)
	}
	for _, m := range tells {
		if _, twice := s.messages[m.id]; !twice {
			s.messages[m.id] = m
		}
	}
	s.addEffects(c)
	s.endEffects(c.Outcomes)
	s.facts = append(s.facts, c.Facts...)
	s.audit = append(s.audit, c.Audit...)
	s.commits++
	return nil
}

// answeredBefore is the unique key of budget_answers: the first ask that is answered a second time, "" for none.
func (s *Store) answeredBefore(list []facts.Fact) string {
	if s.answers == nil {
		s.answers = make(map[string]bool)
	}
	fresh := map[string]bool{}
	for _, f := range list {
		answer, ok := f.(facts.BudgetAnswer)
		if !ok {
			continue
		}
		if s.answers[answer.AskID] || fresh[answer.AskID] {
			return answer.AskID
		}
		fresh[answer.AskID] = true
	}
	maps.Copy(s.answers, fresh)
	return ""
}

func (s *Store) encode(c actorkit.Commit) ([]*storedMessage, error) {
	var out []*storedMessage
	for _, tell := range c.Tells {
		name, body, err := actorkit.Marshal(tell.Msg)
		if err != nil {
			return nil, err
		}
		s.seq++
		out = append(out, &storedMessage{id: tell.ID, from: tell.From, to: tell.To, name: name, body: body, at: c.Now, seq: s.seq})
	}
	return out, nil
}

func (s *Store) addEffects(c actorkit.Commit) {
	for _, effect := range c.Effects {
		if slices.ContainsFunc(s.effects, func(x StoredEffect) bool { return x.ID == effect.ID }) {
			continue
		}
		effect.Payload = proto.Clone(effect.Payload)
		s.effects = append(s.effects, StoredEffect{Effect: effect, From: c.Key, At: c.Now})
	}
}

func (s *Store) endEffects(outcomes []actorkit.Outcome) {
	s.outcomes = append(s.outcomes, outcomes...)
	for _, o := range outcomes {
		final := o.State == actorkit.EffectDone || o.State == actorkit.EffectRefused || o.State == actorkit.EffectFailed
		for i := range s.effects {
			if s.effects[i].ID == o.EffectID {
				s.effects[i].Done = final
			}
		}
	}
}

// Handled is actorkit.Store's.
func (s *Store) Handled(_ context.Context, by actorkit.Fence, messageID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if row := s.actors[by.Key]; row == nil || row.epoch != by.Epoch {
		return fault.Refuse(actorkit.StaleEpoch, "%s was activated again", by.Key)
	}
	delete(s.messages, messageID)
	return nil
}

// Overdue is directory.Ledger's.
func (s *Store) Overdue(_ context.Context, before time.Time) ([]actorkit.Key, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []actorkit.Key
	for key, row := range s.actors {
		if !row.nextDue.IsZero() && row.nextDue.Before(before) {
			out = append(out, key)
		}
	}
	slices.SortFunc(out, actorkit.Key.Compare)
	return out, nil
}

// Undelivered is directory.Ledger's.
func (s *Store) Undelivered(_ context.Context, before time.Time) ([]actorkit.Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var rows []*storedMessage
	for _, m := range s.messages {
		if m.at.Before(before) {
			rows = append(rows, m)
		}
	}
	slices.SortFunc(rows, func(a, b *storedMessage) int { return a.seq - b.seq })
	var out []actorkit.Message
	for _, m := range rows {
		msg, err := actorkit.Unmarshal(m.name, m.body)
		if err != nil {
			return nil, err
		}
		out = append(out, actorkit.Message{ID: m.id, From: m.from, To: m.to, Msg: msg})
	}
	return out, nil
}

// PendingCouriers is directory.Ledger's.
func (s *Store) PendingCouriers(context.Context, time.Time) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, effect := range s.effects {
		if !effect.Done && !slices.Contains(out, effect.Courier) {
			out = append(out, effect.Courier)
		}
	}
	slices.SortFunc(out, strings.Compare)
	return out, nil
}

// post stores a durable message as if its sender had committed it.
func (s *Store) post(from, to actorkit.Key, msg proto.Message, now time.Time) (actorkit.Message, error) {
	name, body, err := actorkit.Marshal(msg)
	if err != nil {
		return actorkit.Message{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seq++
	id := actorkit.MessageID(from, to, msg, int64(s.seq), 0)
	if _, twice := s.messages[id]; !twice {
		s.messages[id] = &storedMessage{id: id, from: from, to: to, name: name, body: body, at: now, seq: s.seq}
	}
	return actorkit.Message{ID: id, From: from, To: to, Msg: msg}, nil
}

// Snapshot reads an actor's stored state into state; it reports whether there is one.
func (s *Store) Snapshot(key actorkit.Key, state proto.Message) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.actors[key]
	if row == nil || row.state == nil {
		return false, nil
	}
	return true, proto.UnmarshalOptions{DiscardUnknown: true}.Unmarshal(row.state, state) // its checksum is unknown to it
}

// Commits is how many commits were written.
func (s *Store) Commits() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.commits
}
