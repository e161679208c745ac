package meta

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers"
)

// maxBody bounds what a call may carry: the platform takes images up to 30 MB.
const maxBody = 64 << 20

// params are a call's parameters as texts: nested values are JSON, whichever body they came in.
type params map[string]string

type upload struct {
	field, name string
	data        []byte
}

type call struct {
	method  string
	version string
	path    []string // after the version
	base    string   // scheme and host, for paging links
	params  params
	files   []upload
	token   string
	now     time.Time
}

// readCall takes a request apart: token, version and parameters of query and body. JSON bodies on GET and a stray id in the body are ignored.
func readCall(r *http.Request) (*call, *fail) {
	c := &call{method: r.Method, params: params{}, base: "http://" + r.Host}
	if r.TLS != nil {
		c.base = "https://" + r.Host
	}
	c.version, c.path = splitPath(r.URL.Path)
	for k, v := range r.URL.Query() {
		c.params[k] = v[len(v)-1]
	}
	var bad *fail
	if r.Method != http.MethodGet {
		bad = c.readBody(r)
	}
	c.token = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if t, ok := c.params["access_token"]; ok {
		c.token = t
	}
	if m := strings.ToUpper(c.params["method"]); r.Method == http.MethodPost && (m == http.MethodDelete || m == http.MethodGet) {
		c.method = m
	}
	return c, bad
}

func splitPath(path string) (version string, rest []string) {
	rest = strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
	if len(rest) > 0 && len(rest[0]) > 1 && rest[0][0] == 'v' && rest[0][1] >= '0' && rest[0][1] <= '9' {
		return rest[0], rest[1:]
	}
	return "", rest
}

func (c *call) readBody(r *http.Request) *fail {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	body := http.MaxBytesReader(nil, r.Body, maxBody)
	switch kind {
	case "multipart/form-data":
		r.Body = body
		return c.readMultipart(r)
	case "application/json":
		return c.readJSON(body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return invalid("The request body could not be read")
	}
	form, err := url.ParseQuery(string(text))
	if err != nil {
		return invalid("The request body is not a form")
	}
	for k, v := range form {
		c.fromBody(k, v[len(v)-1])
	}
	return nil
}

func (c *call) fromBody(name, value string) {
	if name != "id" {
		c.params[name] = value
	}
}

func (c *call) readJSON(body io.Reader) *fail {
	var fields map[string]json.RawMessage
	if err := json.NewDecoder(body).Decode(&fields); err != nil && err != io.EOF {
		return invalid("The request body is not a JSON object")
	}
	for k, raw := range fields {
		var text string
		if json.Unmarshal(raw, &text) == nil && raw[0] == '"' {
			c.fromBody(k, text)
		} else if string(raw) != "null" {
			var tight bytes.Buffer
			_ = json.Compact(&tight, raw)
			c.fromBody(k, tight.String())
		}
	}
	return nil
}

func (c *call) readMultipart(r *http.Request) *fail {
	parts, err := r.MultipartReader()
	if err != nil {
		return invalid("The multipart body has no boundary")
	}
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return invalid("The multipart body is cut short")
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return invalid("The multipart body is cut short")
		}
		if part.FileName() != "" {
			c.files = append(c.files, upload{part.FormName(), part.FileName(), data})
		} else {
			c.fromBody(part.FormName(), string(data))
		}
	}
}

func (p params) has(name string) bool { return p[name] != "" }

// integer reads a whole number; ok is false when the parameter is absent.
func (p params) integer(name string) (n int64, ok bool, bad *fail) {
	if !p.has(name) {
		return 0, false, nil
	}
	n, err := strconv.ParseInt(p[name], 10, 64)
	if err != nil || n < 0 {
		return 0, false, invalid("Param " + name + " must be a non-negative integer")
	}
	return n, true, nil
}

// boolean reads true|false|1|0; ok is false when the parameter is absent.
func (p params) boolean(name string) (v, ok bool, bad *fail) {
	if !p.has(name) {
		return false, false, nil
	}
	v, err := strconv.ParseBool(p[name])
	if err != nil {
		return false, false, invalid("Param " + name + " must be a boolean")
	}
	return v, true, nil
}

// choice reads an enum, with a default for an absent parameter.
func (p params) choice(name, absent, allowed string) (string, *fail) {
	v := p[name]
	if v == "" {
		return absent, nil
	}
	if !contains(allowed, v) {
		return "", invalid("Param " + name + " must be one of {" + strings.ReplaceAll(allowed, " ", ", ") + "}")
	}
	return v, nil
}

// into reads a parameter that is JSON; an absent one leaves v as it is.
func (p params) into(name string, v any) *fail {
	if !p.has(name) {
		return nil
	}
	if err := json.Unmarshal([]byte(p[name]), v); err != nil {
		return invalid("Param " + name + " has the wrong shape: " + err.Error())
	}
	return nil
}

// date reads a time as Unix seconds or ISO 8601; ok is false when the parameter is absent.
func (p params) date(name string) (t time.Time, ok bool, bad *fail) {
	if !p.has(name) || p[name] == "0" {
		return time.Time{}, false, nil
	}
	if n, err := strconv.ParseInt(p[name], 10, 64); err == nil {
		return time.Unix(n, 0).UTC(), true, nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05-0700", adservers.DayLayout} {
		if t, err := time.Parse(layout, p[name]); err == nil {
			return t.UTC(), true, nil
		}
	}
	return time.Time{}, false, invalid("Param " + name + " must be a datetime")
}

// dryRun reports whether the call asks for validation only.
func (p params) dryRun() (bool, *fail) {
	var options []string
	if bad := p.into("execution_options", &options); bad != nil {
		return false, bad
	}
	for _, o := range options {
		if o == "validate_only" {
			return true, nil
		}
	}
	return false, nil
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
