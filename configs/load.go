package configs

import (
	"fmt"
	"os"
	"reflect"
	"sort"
	"strings"
	"time"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"
)

// Layers are the sources of a configuration, weakest first as they are named. Saved and Flags map YAML paths to text.
type Layers struct {
	Saved map[string]string // settings saved from the dashboard
	File  string            // path of a YAML file; empty for none
	Env   []string          // os.Environ()
	Flags map[string]string // path → value of flags that were given
}

// Origin says where a value that is not the default came from.
type Origin struct {
	Key    string // YAML path
	Source string // "settings", "file config.yaml", "environment TARGET_ROAS", "flag"
	Value  string // "(secret)" for secrets
}

// aliases are the mission's own names, and others that people expect, for YAML paths.
var aliases = map[string]string{
	"DATABASE_URL":           "database.url",
	"TARGET_ROAS":            "targets.roas",
	"SAFE_BUDGET_CAP_DAILY":  "caps.daily",
	"SAFE_BUDGET_CAP_WEEKLY": "caps.weekly",
}

// Load puts the layers over the defaults and validates the result. The error names every wrong key, its value and what is allowed.
func Load(l Layers) (Config, []Origin, error) {
	fields := leaves()
	k := koanf.New(".")
	origins := map[string]string{}
	put := func(values map[string]string, source func(key string) string) error {
		flat := map[string]any{}
		for key, value := range values {
			field, known := fields[key]
			if !known {
				return fmt.Errorf("%s: unknown setting %q; see configs/config.go or the README for the names", source(key), key)
			}
			flat[key] = field.split(value)
			origins[key] = source(key)
		}
		return k.Load(confmap.Provider(flat, "."), nil)
	}
	if err := put(l.Saved, func(string) string { return "settings" }); err != nil {
		return Config{}, nil, err
	}
	if err := loadFile(k, l.File, fields, origins); err != nil {
		return Config{}, nil, err
	}
	env, names, err := fromEnv(l.Env, fields)
	if err != nil {
		return Config{}, nil, err
	}
	if err := put(env, func(key string) string { return "environment " + names[key] }); err != nil {
		return Config{}, nil, err
	}
	if err := put(l.Flags, func(string) string { return "flag" }); err != nil {
		return Config{}, nil, err
	}
	cfg := Default()
	if err := k.Unmarshal("", &cfg); err != nil {
		return Config{}, nil, fmt.Errorf("read configuration: %w", err)
	}
	if cfg.Mode == "" {
		cfg.Mode = defaultMode(cfg.World)
	}
	return cfg, sortedOrigins(origins, k, fields), cfg.Validate()
}

func defaultMode(world string) string {
	if world == "live" {
		return "dry_run"
	}
	return "auto"
}

func loadFile(k *koanf.Koanf, path string, fields map[string]leaf, origins map[string]string) error {
	if path == "" {
		return nil
	}
	read := koanf.New(".")
	if err := read.Load(file.Provider(path), yaml.Parser()); err != nil {
		return fmt.Errorf("read configuration file %s: %w", path, err)
	}
	for _, key := range read.Keys() {
		if _, known := fields[key]; !known && !insideMap(key, fields) {
			return fmt.Errorf("configuration file %s: unknown setting %q", path, key)
		}
		origins[key] = "file " + path
	}
	return k.Merge(read)
}

func insideMap(key string, fields map[string]leaf) bool {
	parent, _, found := cutLast(key, ".")
	return found && fields[parent].kind == reflect.Map
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// fromEnv picks the settings out of an environment: AGENTE_ + path, the platforms' own names, and the mission's.
func fromEnv(environ []string, fields map[string]leaf) (values, names map[string]string, err error) {
	byName := map[string]string{}
	for key, f := range fields {
		byName["AGENTE_"+strings.ToUpper(strings.ReplaceAll(key, ".", "_"))] = key
		if f.env != "" {
			byName[f.env] = key
		}
	}
	for name, key := range aliases {
		byName[name] = key
	}
	values, names = map[string]string{}, map[string]string{}
	modes := map[string]bool{}
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		switch name {
		case "DRY_RUN", "APPROVAL_MODE", "AUTO_MODE":
			on, err := parseBool(name, value)
			if err != nil {
				return nil, nil, err
			}
			modes[name] = on
			continue
		}
		if key, ok := byName[name]; ok && value != "" {
			values[key], names[key] = value, name
		} else if strings.HasPrefix(name, "AGENTE_") && value != "" && !ok && !foreign[name] {
			return nil, nil, fmt.Errorf("environment %s: there is no such setting; remove it or correct its name", name)
		}
	}
	// The most careful of the mission's switches wins, whatever order they come in.
	for _, alias := range []struct{ name, mode string }{{"DRY_RUN", "dry_run"}, {"APPROVAL_MODE", "approval"}, {"AUTO_MODE", "auto"}} {
		if modes[alias.name] && values["mode"] == "" {
			values["mode"], names["mode"] = alias.mode, alias.name
		}
	}
	return values, names, nil
}

// foreign are names that begin like ours and belong to tests and tools.
var foreign = map[string]bool{"AGENTE_SHARED": true, "AGENTE_TEST_DATA": true, "AGENTE_LOG_FORMAT": true}

func parseBool(name, value string) (bool, error) {
	switch strings.ToLower(value) {
	case "true", "1", "yes", "on":
		return true, nil
	case "false", "0", "no", "off", "":
		return false, nil
	}
	return false, fmt.Errorf("environment %s: %q is neither true nor false", name, value)
}

func sortedOrigins(origins map[string]string, k *koanf.Koanf, fields map[string]leaf) []Origin {
	out := make([]Origin, 0, len(origins))
	for key, source := range origins {
		value := k.String(key)
		if value == "" {
			value = fmt.Sprint(k.Get(key))
		}
		if fields[key].secret {
			value = "(secret)"
		}
		out = append(out, Origin{Key: key, Source: source, Value: value})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Key < out[j].Key })
	return out
}

// leaf is one setting as the struct declares it.
type leaf struct {
	kind   reflect.Kind
	secret bool
	env    string
}

// split turns the text of a list or map setting ("BR,US", "meta=1.75,tiktok=1.25") into its parts.
func (l leaf) split(text string) any {
	switch l.kind {
	case reflect.Slice:
		parts := strings.Split(text, ",")
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		return parts
	case reflect.Map:
		out := map[string]any{}
		for _, pair := range strings.Split(text, ",") {
			name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
			out[name] = value
		}
		return out
	}
	return text
}

func leaves() map[string]leaf {
	out := map[string]leaf{}
	var walk func(t reflect.Type, prefix string)
	walk = func(t reflect.Type, prefix string) {
		for i := range t.NumField() {
			f := t.Field(i)
			key := prefix + f.Tag.Get("koanf")
			if f.Type.Kind() == reflect.Struct && f.Type != reflect.TypeFor[time.Time]() {
				walk(f.Type, key+".")
				continue
			}
			out[key] = leaf{kind: f.Type.Kind(), secret: f.Tag.Get("secret") == "true", env: f.Tag.Get("env")}
		}
	}
	walk(reflect.TypeFor[Config](), "")
	return out
}

// Keys lists every setting's YAML path, sorted, and whether it is a secret.
func Keys() (keys []string, secret map[string]bool) {
	secret = map[string]bool{}
	for key, f := range leaves() {
		keys = append(keys, key)
		secret[key] = f.secret
	}
	sort.Strings(keys)
	return keys, secret
}

// Environment is this process's environment, for Layers.Env.
func Environment() []string { return os.Environ() }
