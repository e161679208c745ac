package treasurer

import (
	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/treasury"
)

// maxRemembered is how many answers are kept in memory, about a megabyte. Whoever repeats an older ask is answered from the table: the
// database refuses to answer it anew.
const maxRemembered = 4096

// remembered are the latest answers by ask, so that a repeated ask is told the same. The zero value remembers nothing.
type remembered struct {
	byAsk map[string]treasury.Answer
	asks  []string // in the order remembered; a ring once it is full
	next  int
}

func (r *remembered) of(ask string) (treasury.Answer, bool) {
	answer, ok := r.byAsk[ask]
	return answer, ok
}

// keep remembers an answer in place of the oldest.
func (r *remembered) keep(answer treasury.Answer) {
	if r.byAsk == nil {
		r.byAsk = make(map[string]treasury.Answer)
	}
	if _, known := r.byAsk[answer.ID]; known {
		return
	}
	r.byAsk[answer.ID] = answer
	if len(r.asks) < maxRemembered {
		r.asks = append(r.asks, answer.ID)
		return
	}
	delete(r.byAsk, r.asks[r.next])
	r.asks[r.next] = answer.ID
	r.next = (r.next + 1) % maxRemembered
}

func answerFact(purse string, a treasury.Answer) facts.BudgetAnswer {
	return facts.BudgetAnswer{
		AskID: a.ID, Purse: purse, CampaignID: a.CampaignID, Day: string(a.Day), Granted: a.Granted, WorstCase: a.WorstCase, Partial: a.Partial,
		Code: a.Code, Text: a.Text, RetryAt: a.RetryAt, At: a.At,
	}
}

func answerOf(f facts.BudgetAnswer) treasury.Answer {
	return treasury.Answer{
		ID: f.AskID, CampaignID: f.CampaignID, Day: treasury.Day(f.Day), Granted: f.Granted, WorstCase: f.WorstCase, Partial: f.Partial,
		Code: f.Code, Text: f.Text, RetryAt: f.RetryAt, At: f.At,
	}
}
