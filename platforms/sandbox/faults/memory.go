package faults

import (
	"net/url"
	"strings"
	"time"
)

// memory is what services answered before, for faults that let them go on saying it.
type memory struct {
	answers map[string][]byte    // the first answer to each question
	made    map[string]time.Time // when each id was given
}

// rememberedAnswers bounds the memory; what comes later is not remembered.
const rememberedAnswers = 5000

func newMemory() *memory { return &memory{answers: map[string][]byte{}, made: map[string]time.Time{}} }

// questionOf is a question without what differs from one asking to the next.
func questionOf(text string) string {
	method, rest, _ := strings.Cut(text, " ")
	target, body, _ := strings.Cut(rest, " ")
	if u, err := url.Parse(target); err == nil {
		query := u.Query()
		query.Del("access_token")
		target = u.Path + "?" + query.Encode()
	}
	return method + " " + target + " " + body
}

// remember keeps the first answer to each question, and when each id was given.
func (p *Plan) remember(text string, status int, body []byte) {
	if status > 299 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	question := questionOf(text)
	if strings.HasPrefix(text, "GET ") {
		if _, known := p.memory.answers[question]; !known && len(p.memory.answers) < rememberedAnswers {
			p.memory.answers[question] = append([]byte{}, body...)
		}
		return
	}
	tree, err := decode(body)
	if err != nil {
		return
	}
	now := p.now()
	eachID(tree, func(id string) {
		if _, known := p.memory.made[id]; !known {
			p.memory.made[id] = now
		}
	})
}

// eachID finds the ids that an answer gives.
func eachID(tree any, found func(id string)) {
	switch v := tree.(type) {
	case map[string]any:
		for key, inner := range v {
			if text, ok := inner.(string); ok && idNames[key] {
				found(text)
			}
			eachID(inner, found)
		}
	case []any:
		for _, inner := range v {
			eachID(inner, found)
		}
	}
}

// recall is what was answered to the same question first; false when it is the same now.
func (p *Plan) recall(text string, body []byte) ([]byte, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	old, known := p.memory.answers[questionOf(text)]
	if !known || string(old) == string(body) {
		return body, false
	}
	return old, true
}

// young are the ids that a lagging list does not show yet.
func (p *Plan) young(f Fault) map[string]bool {
	if f.Kind != ListLag {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	out, since := map[string]bool{}, p.now().Add(-f.lag())
	for id, at := range p.memory.made {
		if at.After(since) {
			out[id] = true
		}
	}
	return out
}
