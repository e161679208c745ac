package configs

import (
	"fmt"
	"reflect"
	"sort"
	"strings"
)

// Described is one setting as people see it.
type Described struct {
	Key      string
	Value    string // "" for secrets
	Default  string // "" for secrets
	Origin   string // default, settings, file, environment or flag
	Secret   bool
	Editable bool // from the dashboard: not decided elsewhere, and in force without a restart
	Help     string
}

// editable are the parts that actors read at every decision; everything else needs a restart and is set by file, environment or flag.
var editable = []string{"mode", "targets.", "caps.", "treasury.", "scouting.", "qualify.", "creatives.variations", "creatives.languages", "campaigns.", "approvals.", "scaling.", "schedule.", "courier.tries", "courier.backoff", "courier.break", "retention."}

// Describe lists every setting under the layers, by key; the error is Load's.
func Describe(l Layers) ([]Described, error) {
	cfg, origins, err := Load(l)
	if err != nil {
		return nil, err
	}
	from := map[string]string{}
	for _, o := range origins {
		from[o.Key], _, _ = strings.Cut(o.Source, " ")
	}
	values, defaults := texts(cfg), texts(Default())
	var out []Described
	for key, field := range leaves() {
		d := Described{Key: key, Origin: from[key], Secret: field.secret, Help: help(key, field)}
		if d.Origin == "" {
			d.Origin = originOfMap(key, from)
		}
		if !field.secret {
			d.Value, d.Default = values[key], defaults[key]
		}
		d.Editable = !field.secret && (d.Origin == "default" || d.Origin == "settings") && isEditable(key)
		out = append(out, d)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Key < out[j].Key })
	return out, nil
}

// originOfMap finds where an entry of a map setting came from: its entries have keys of their own.
func originOfMap(key string, from map[string]string) string {
	origin := "default"
	for entry, source := range from {
		if strings.HasPrefix(entry, key+".") && source > origin {
			origin = source
		}
	}
	return origin
}

func isEditable(key string) bool {
	for _, prefix := range editable {
		if key == prefix || strings.HasPrefix(key, prefix) && (strings.HasSuffix(prefix, ".") || strings.HasPrefix(prefix, "courier.")) {
			return true
		}
	}
	return false
}

func help(key string, field leaf) string {
	name := "AGENTE_" + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
	if field.env != "" {
		name = field.env
	}
	return "Environment " + name
}

// texts is every setting as it would be written on a command line.
func texts(cfg Config) map[string]string {
	out := map[string]string{}
	var walk func(v reflect.Value, prefix string)
	walk = func(v reflect.Value, prefix string) {
		for i := range v.NumField() {
			key := prefix + v.Type().Field(i).Tag.Get("koanf")
			switch field := v.Field(i); field.Kind() {
			case reflect.Struct:
				walk(field, key+".")
			case reflect.Slice:
				out[key] = strings.Join(field.Interface().([]string), ",")
			case reflect.Map:
				out[key] = pairs(field.Interface().(map[string]string))
			default:
				out[key] = fmt.Sprint(field.Interface())
			}
		}
	}
	walk(reflect.ValueOf(cfg), "")
	return out
}

func pairs(m map[string]string) string {
	out := make([]string, 0, len(m))
	for name, value := range m {
		out = append(out, name+"="+value)
	}
	sort.Strings(out)
	return strings.Join(out, ",")
}

// Credentials are the environment names of settings that the dashboard may store encrypted, sorted.
func Credentials() []string {
	var out []string
	for _, field := range leaves() {
		if field.env != "" && field.secret {
			out = append(out, field.env)
		}
	}
	sort.Strings(out)
	return out
}

// CredentialKey is the setting that a stored credential fills.
func CredentialKey(name string) (key string, known bool) {
	for key, field := range leaves() {
		if field.env == name && field.secret {
			return key, true
		}
	}
	return "", false
}

// Missing are those of the environment's names that are empty in a configuration, in the order given.
func Missing(cfg Config, names []string) []string {
	values, all := texts(cfg), leaves()
	out := []string{}
	for _, name := range names {
		for key, field := range all {
			if field.env == name && values[key] == "" {
				out = append(out, name)
			}
		}
	}
	return out
}
