package tiktok

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers"
)

type object = map[string]any

// fail is a refusal: a return code and its message.
type fail struct {
	code    int
	message string
}

func invalid(message string) *fail { return &fail{40002, message} }

// maxBody bounds what a call may carry.
const maxBody = 64 << 20

type call struct {
	method, path string
	token        string
	args         *args
	upload       []byte // of image_file or video_file
	uploadName   string
	broken       string // why the body could not be read
	now          time.Time
}

// read takes a request's arguments: the query of a GET, else a JSON body or, for uploads, a multipart one.
func (c *call) read(r *http.Request) {
	c.args = &args{values: map[string]any{}}
	if r.Method == http.MethodGet {
		c.args.query = true
		for k, v := range r.URL.Query() {
			c.args.values[k] = v[len(v)-1]
		}
		return
	}
	body := http.MaxBytesReader(nil, r.Body, maxBody)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "application/json":
		d := json.NewDecoder(body)
		d.UseNumber()
		if err := d.Decode(&c.args.values); err != nil || c.args.values == nil {
			c.args.values = map[string]any{}
			c.broken = "The request body is not a valid JSON object."
		}
	case "multipart/form-data":
		r.Body = body
		c.readMultipart(r)
	default:
		c.broken = "Content-Type must be application/json."
	}
}

func (c *call) readMultipart(r *http.Request) {
	c.args.query = true
	parts, err := r.MultipartReader()
	for err == nil {
		part, next := parts.NextPart()
		if next == io.EOF {
			return
		}
		if err = next; err != nil {
			break
		}
		data, readErr := io.ReadAll(part)
		if err = readErr; err != nil {
			break
		}
		if part.FileName() != "" {
			c.upload, c.uploadName = data, part.FileName()
		} else {
			c.args.values[part.FormName()] = string(data)
		}
	}
	c.broken = "The multipart body could not be read."
}

// args are a call's arguments, read with the platform's strict types. The first violation sticks in bad; later reads return zero values.
type args struct {
	values map[string]any
	query  bool // texts of a query or form: lists and objects are JSON text
	within string
	bad    *fail
}

func (a *args) violate(name, what string) {
	if a.bad == nil {
		a.bad = invalid(a.within + name + ": " + what)
	}
}

// require refuses a call that lacks some of the named arguments.
func (a *args) require(names ...string) {
	var absent []string
	for _, n := range names {
		if v, ok := a.values[n]; !ok || v == nil || v == "" {
			absent = append(absent, a.within+n)
		}
	}
	if a.bad == nil && absent != nil {
		a.bad = invalid("Missing required field(s): " + strings.Join(absent, ", ") + ".")
	}
}

func (a *args) has(name string) bool {
	v, ok := a.values[name]
	return ok && v != nil && v != ""
}

// text reads a text; numbers are refused, for ids must be sent as texts.
func (a *args) text(name string) string {
	if !a.has(name) {
		return ""
	}
	s, ok := a.values[name].(string)
	if !ok {
		a.violate(name, "Not a valid string.")
	}
	return s
}

// choice reads an enum with a default.
func (a *args) choice(name, absent, allowed string) string {
	if !a.has(name) {
		return absent
	}
	v := a.text(name)
	if !contains(allowed, v) {
		a.violate(name, "Must be one of: "+strings.ReplaceAll(allowed, " ", ", ")+".")
	}
	return v
}

// minor reads a decimal amount in currency units as minor units.
func (a *args) minor(name string) int64 {
	if !a.has(name) {
		return 0
	}
	text, ok := a.number(name)
	if !ok {
		return 0
	}
	n, err := adservers.ParseMinor(text)
	if err != nil {
		a.violate(name, "Must be a positive number with at most two decimals.")
	}
	return n
}

func (a *args) number(name string) (string, bool) {
	switch v := a.values[name].(type) {
	case json.Number:
		return v.String(), true
	case string:
		if a.query {
			return v, true
		}
	}
	a.violate(name, "Not a valid number.")
	return "", false
}

// integer reads a whole number between low and high, with a default.
func (a *args) integer(name string, absent, low, high int) int {
	if !a.has(name) {
		return absent
	}
	text, ok := a.number(name)
	n, err := strconv.Atoi(text)
	if ok && (err != nil || n < low || n > high) {
		a.violate(name, "Must be between "+strconv.Itoa(low)+" and "+strconv.Itoa(high)+".")
		return absent
	}
	return n
}

func (a *args) boolean(name string) bool {
	if !a.has(name) {
		return false
	}
	if v, ok := a.values[name].(bool); ok {
		return v
	}
	v, err := strconv.ParseBool(strings.ToLower(a.text(name)))
	if !a.query || err != nil {
		a.violate(name, "Not a valid boolean.")
	}
	return v
}

// nested gives the value of a list or an object: as it is in a body, decoded from JSON text in a query.
func (a *args) nested(name, what string) any {
	if !a.has(name) {
		return nil
	}
	v := a.values[name]
	if text, ok := v.(string); ok && a.query {
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		if err := d.Decode(&v); err != nil {
			a.violate(name, "Not a valid "+what+".")
			return nil
		}
	}
	return v
}

// texts reads a list of texts; a list of numbers is refused.
func (a *args) texts(name string) []string {
	list, ok := a.nested(name, "list").([]any)
	if !ok {
		if a.has(name) {
			a.violate(name, "Not a valid list.")
		}
		return nil
	}
	out := []string{}
	for i, v := range list {
		s, ok := v.(string)
		if !ok {
			a.violate(name+"."+strconv.Itoa(i), "Not a valid string.")
			return nil
		}
		out = append(out, s)
	}
	return out
}

// object reads an object; an absent one reads as empty.
func (a *args) object(name string) *args {
	out := &args{values: map[string]any{}, within: a.within + name + "."}
	switch v := a.nested(name, "dict").(type) {
	case map[string]any:
		out.values = v
	case nil:
	default:
		a.violate(name, "Not a valid dict.")
	}
	return out
}

// objects reads a list of objects.
func (a *args) objects(name string) []*args {
	list, ok := a.nested(name, "list").([]any)
	if !ok {
		if a.has(name) {
			a.violate(name, "Not a valid list.")
		}
		return nil
	}
	var out []*args
	for i, v := range list {
		fields, ok := v.(map[string]any)
		if !ok {
			a.violate(name+"."+strconv.Itoa(i), "Not a valid dict.")
			return nil
		}
		out = append(out, &args{values: fields, within: a.within + name + "." + strconv.Itoa(i) + "."})
	}
	return out
}

// contains reports whether a space-separated list holds a word.
func contains(words, word string) bool {
	for _, w := range strings.Fields(words) {
		if w == word {
			return true
		}
	}
	return false
}
