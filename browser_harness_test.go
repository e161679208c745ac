package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/agente-ceo/agente-ceo/configs"
)

// patience is how long a page may take to show what it will show in the end, on a machine that runs other tests beside it.
const patience = 90 * time.Second

const testPassword = "correct horse battery"

// chromium finds the browser. A machine without one cannot say anything about the dashboard: in CI that is a failure.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path
		}
	}
	const missing = "no Chromium: install it (Debian: apt-get install chromium) or name it in CHROMIUM"
	if os.Getenv("CI") != "" {
		t.Fatal(missing)
	}
	t.Skip("NOT TESTED: " + missing)
	return ""
}

// running is the business as serve runs it, with people who can sign in.
type running struct {
	t   *testing.T
	cfg configs.Config
	app *App
	url string
}

// serveApp starts the business in the sandbox at a day a minute.
func serveApp(t *testing.T, env ...string) *running {
	t.Helper()
	if _, err := os.Stat("ui/dist/index.html"); err != nil {
		const missing = "the dashboard is not built; make ui builds it"
		if os.Getenv("CI") != "" {
			t.Fatal(missing)
		}
		t.Skip("NOT TESTED: " + missing)
	}
	dir, err := simulationDir()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	layers := configs.Layers{Flags: map[string]string{
		"http.addr": "127.0.0.1:0", "sandbox_addr": "127.0.0.1:0", "data_dir": dir, "creatives.image_size": "128", "seed": "7",
		"admin.email": "ana@example.com", "admin.password": testPassword,
	}, Env: env}
	cfg, _, err := configs.Load(layers)
	if err != nil {
		t.Fatal(err)
	}
	r := &running{t: t, cfg: cfg}
	r.start(layers)
	t.Cleanup(func() { r.stop() })
	return r
}

func (r *running) start(layers configs.Layers) {
	r.t.Helper()
	log := slog.New(slog.NewTextHandler(r.t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
	app, err := New(r.t.Context(), Options{Config: r.cfg, Layers: layers, Log: log})
	if err != nil {
		r.t.Fatal(err)
	}
	r.app, r.url = app, "http://"+app.Addr()
	if _, err := app.firstAdministrator(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
	if err := app.Start(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}

func (r *running) stop() {
	if r.app == nil {
		return
	}
	if err := r.app.Close(); err != nil {
		r.t.Error(err)
	}
	r.app = nil
}

// again starts the business anew at the address that it had.
func (r *running) again() {
	r.t.Helper()
	r.cfg.HTTP.Addr = strings.TrimPrefix(r.url, "http://")
	r.start(configs.Layers{})
}

// browser is one window of a person of their own, which remembers what its console complained of.
type browser struct {
	t   *testing.T
	ctx context.Context
	url string

	mu         sync.Mutex
	complaints []string
}

// device is what a window looks like.
type device struct {
	width, height int64
	mobile        bool
}

var (
	desktop = device{1440, 900, false}
	phone   = device{390, 844, true}
)

func (r *running) browser(d device) *browser {
	r.t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium(r.t)),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocated, cancelAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocated)
	b := &browser{t: r.t, ctx: ctx, url: r.url}
	r.t.Cleanup(func() { cancel(); cancelAllocator() })
	if err := chromedp.Do(ctx); err != nil { // the window lives as long as the context of its first step
		r.t.Fatal(err)
	}
	view := []chromedp.EmulateViewportOption{}
	if d.mobile {
		view = append(view, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	b.do(chromedp.EmulateViewport(d.width, d.height, view...))
	go b.listen()
	return b
}

// listen keeps what the console says is wrong, until the window closes.
func (b *browser) listen() {
	for m, err := range chromedp.Console(b.ctx) {
		if err != nil {
			return
		}
		if m.IsException() || m.Type == "error" {
			b.mu.Lock()
			b.complaints = append(b.complaints, m.String())
			b.mu.Unlock()
		}
	}
}

// quiet fails the test if the console complained of anything but what is allowed. Who is not signed in yet is told so by a 401.
func (b *browser) quiet(allowed ...string) {
	b.t.Helper()
	allowed = append(allowed, "401 (Unauthorized)")
	b.mu.Lock()
	defer b.mu.Unlock()
complaints:
	for _, c := range b.complaints {
		for _, ok := range allowed {
			if strings.Contains(c, ok) {
				continue complaints
			}
		}
		b.t.Errorf("the console says: %s", c)
	}
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("%v; the page says: %s", err, b.text())
	}
}

func (b *browser) open(path string) { b.t.Helper(); b.do(chromedp.Navigate(b.url + path)) }

// until waits for a JavaScript expression to become true.
func (b *browser) until(what, expression string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[any](expression, chromedp.WithPollingTimeout(patience), chromedp.WithPollingInterval(100*time.Millisecond))); err != nil {
		b.t.Fatalf("%s: %v; the page says: %s", what, err, b.text())
	}
}

// shows waits for a text anywhere on the page.
func (b *browser) shows(text string) {
	b.t.Helper()
	b.until(fmt.Sprintf("waiting for %q", text), `document.body.innerText.includes(`+quoted(text)+`)`)
}

// press clicks the first visible button or link with a name.
func (b *browser) press(name string) {
	b.t.Helper()
	found := `[...document.querySelectorAll('button, a, [role=button]')].find(e => (e.getAttribute('aria-label') ?? e.innerText).trim() === ` +
		quoted(name) + ` && e.offsetParent !== null && !e.disabled)`
	b.until(fmt.Sprintf("waiting for the button %q", name), `(() => { const e = `+found+`; if (!e) return false; e.click(); return true })()`)
}

// fill types into the visible field of a label or a name.
func (b *browser) fill(selector, value string) {
	b.t.Helper()
	b.do(chromedp.WaitVisible(chromedp.CSS(selector)), chromedp.SendKeys(chromedp.CSS(selector), value))
}

// text is what the page says now.
func (b *browser) text() string {
	ctx, cancel := context.WithTimeout(b.ctx, 5*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body?.innerText ?? ''`))
	if err != nil {
		return err.Error()
	}
	return text[:min(len(text), 2000)]
}

// signIn signs the administrator in, who may also approve.
func (b *browser) signIn() {
	b.t.Helper()
	b.open("/")
	b.fill("input[name=email]", "ana@example.com")
	b.fill("input[name=password]", testPassword)
	b.do(chromedp.Click(chromedp.CSS("button[type=submit]")), chromedp.WaitVisible(chromedp.CSS("main h1")), chromedp.WaitNotPresent(chromedp.CSS("input[name=password]")))
}

// anEffect waits for an effect that is done, and is the address of its page.
func (b *browser) anEffect() string {
	b.t.Helper()
	b.until("an effect that is done", `fetch('/api/tasks?state=done&limit=1').then(r => r.json()).then(p => p.items.length > 0)`)
	id, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`fetch('/api/tasks?state=done&limit=1').then(r => r.json()).then(p => p.items[0].id)`, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatal(err)
	}
	return "/effects/" + id
}

// prefer sets the language and the light that the next page has.
func (b *browser) prefer(lang, theme string) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](
			fmt.Sprintf(`localStorage.setItem('lang', %s), localStorage.setItem('theme', %s), true`, quoted(lang), quoted(theme))))
		return err
	}))
}

// shoot keeps a picture of the page where AGENTE_SHOTS says.
func (b *browser) shoot(name string) {
	b.t.Helper()
	dir := os.Getenv("AGENTE_SHOTS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o600)
	}
	if err != nil {
		b.t.Error(err)
	}
}

// violation is what axe found wrong on a page.
type violation struct {
	ID, Impact, Help string
	Nodes            []struct {
		HTML           string
		FailureSummary string
	}
}

var axe = sync.OnceValues(func() (string, error) {
	source, err := os.ReadFile("ui/node_modules/axe-core/axe.min.js")
	return string(source), err
})

// accessible judges the page by every rule of WCAG 2.2 A and AA that a program can check.
func (b *browser) accessible(page string) {
	b.t.Helper()
	source, err := axe()
	if err != nil {
		b.t.Fatalf("axe-core is not installed; make ui installs it: %v", err)
	}
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](source+"; true")); err != nil {
		b.t.Fatal(err)
	}
	const judge = `axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}).then(r => JSON.stringify(r.violations))`
	found, err := chromedp.Run(ctx, chromedp.Evaluate[string](judge, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatal(err)
	}
	var violations []violation
	if err := json.Unmarshal([]byte(found), &violations); err != nil {
		b.t.Fatal(err)
	}
	for _, v := range violations {
		b.t.Errorf("%s: %s (%s): %s, %d times, first %s: %s", page, v.ID, v.Impact, v.Help, len(v.Nodes), v.Nodes[0].HTML, v.Nodes[0].FailureSummary)
	}
}

func quoted(text string) string {
	out, _ := json.Marshal(text)
	return string(out)
}
