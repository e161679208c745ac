package sandbox

import (
	"encoding/json"
	"maps"
	"net/http"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/faults"
)

// Moment is what GET /_sandbox/clock answers.
type Moment struct {
	Now   time.Time `json:"now"`   // of the world
	Speed float64   `json:"speed"` // virtual seconds per second, 0 when its owner steps it otherwise
}

// Subscription is what POST /_sandbox/subscriptions takes.
type Subscription struct {
	Address string `json:"address"`
}

// control serves what a program in another process needs of the world: its clock, its addresses and credentials, and the shop's webhooks.
// State is under the same path.
func (s *Sandbox) control(state http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", state)
	mux.HandleFunc("GET /clock", func(rw http.ResponseWriter, _ *http.Request) {
		answer(rw, http.StatusOK, Moment{Now: s.cfg.Now().UTC(), Speed: s.cfg.Speed})
	})
	mux.HandleFunc("GET /settings", func(rw http.ResponseWriter, r *http.Request) {
		settings := s.URLs("http://" + r.Host)
		maps.Copy(settings, s.Credentials())
		answer(rw, http.StatusOK, settings)
	})
	mux.HandleFunc("POST /subscriptions", func(rw http.ResponseWriter, r *http.Request) {
		var body Subscription
		if err := json.NewDecoder(http.MaxBytesReader(rw, r.Body, 1<<16)).Decode(&body); err != nil {
			answer(rw, http.StatusBadRequest, map[string]string{"error": "the body is not {\"address\": URL}: " + err.Error()})
			return
		}
		if err := s.Subscribe(body.Address); err != nil {
			answer(rw, http.StatusConflict, map[string]string{"error": err.Error()})
			return
		}
		answer(rw, http.StatusCreated, body)
	})
	s.faultControl(mux)
	return mux
}

// faultControl shows and replaces what goes wrong, in a world that was made with a plan.
func (s *Sandbox) faultControl(mux *http.ServeMux) {
	mux.HandleFunc("GET /faults", func(rw http.ResponseWriter, _ *http.Request) {
		if s.cfg.Faults == nil {
			answer(rw, http.StatusNotFound, map[string]string{"error": "this world has no plan of faults"})
			return
		}
		answer(rw, http.StatusOK, map[string]any{"script": s.cfg.Faults.Script(), "counts": s.cfg.Faults.Counts(), "kinds": faults.Kinds()})
	})
	mux.HandleFunc("PUT /faults", func(rw http.ResponseWriter, r *http.Request) {
		var script []faults.Fault
		d := json.NewDecoder(http.MaxBytesReader(rw, r.Body, 1<<20))
		d.DisallowUnknownFields()
		err := d.Decode(&script)
		switch {
		case s.cfg.Faults == nil:
			answer(rw, http.StatusNotFound, map[string]string{"error": "this world has no plan of faults"})
			return
		case err == nil:
			err = s.cfg.Faults.Set(script)
		}
		if err != nil {
			answer(rw, http.StatusBadRequest, map[string]string{"error": err.Error()})
			return
		}
		answer(rw, http.StatusOK, script)
	})
}

func answer(rw http.ResponseWriter, status int, body any) {
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(status)
	_ = json.NewEncoder(rw).Encode(body) // the client may be gone
}
