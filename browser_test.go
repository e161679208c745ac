package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The dashboard in a real browser, before the business as serve runs it. Every test has a business of its own.

func TestDashboard_ShowsACampaignAppear(t *testing.T) {
	t.Parallel()
	chromium(t)
	b := serveApp(t).browser(desktop)
	b.open("/")
	b.fill("input[name=email]", "ana@example.com")
	b.fill("input[name=password]", "not the password")
	b.do(chromedp.Click(chromedp.CSS("button[type=submit]")))
	b.shows("This e-mail and password do not belong together.")
	b.signIn()
	b.press("Campaigns")
	b.until("the campaigns' own address", `location.pathname === '/campaigns'`)
	b.until("a campaign that appears by itself", `document.querySelectorAll('main a[href^="/campaigns/cmp_"]').length > 0`)
	b.shoot("campaigns")
	b.quiet()
}

func TestDashboard_FreezesAndResumes(t *testing.T) {
	t.Parallel()
	chromium(t)
	r := serveApp(t)
	b := r.browser(desktop)
	b.signIn()
	b.press("Campaigns")
	b.until("a campaign that delivers", `document.querySelectorAll('main a[href^="/campaigns/cmp_"]').length > 0`)
	b.press("Freeze")
	b.fill("[role=dialog] input", "the test says so")
	b.do(chromedp.Click(chromedp.CSS("[role=dialog] button[type=submit]")))
	b.until("the whole page says that spending is frozen", `document.body.innerText.toLowerCase().includes('frozen')`)
	b.shoot("frozen")
	b.press("Resume")
	b.fill("[role=dialog] input", "it was a test")
	b.do(chromedp.Click(chromedp.CSS("[role=dialog] button[type=submit]")))
	b.until("the freeze button is back", `[...document.querySelectorAll('button')].some(e => e.innerText.trim() === 'Freeze')`)
	b.quiet()
}

func TestDashboard_AnswersOnAPhone(t *testing.T) {
	t.Parallel()
	chromium(t)
	r := serveApp(t, "AGENTE_MODE=approval")
	b := r.browser(phone)
	b.signIn()
	b.open("/approvals")
	b.until("a question", `document.querySelectorAll('main article').length > 0`)
	if wide, err := chromedp.Run(b.ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth`)); err != nil || wide > 390 {
		t.Errorf("the page is %d pixels wide on a phone of 390, %v", wide, err)
	}
	b.shoot("approval-phone")
	b.press("Approve")
	b.do(chromedp.WaitVisible(chromedp.CSS("[role=dialog]")), chromedp.Click(chromedp.CSS("[role=dialog] button[type=submit]")))
	b.until("the answer is in the books", `fetch('/api/approvals?limit=50').then(r => r.json()).then(p => p.items.some(a => a.status === 'approved' && a.decided_by === 'ana@example.com'))`)
	b.quiet()
}

func TestDashboard_TwoPeopleRaceOneApproval(t *testing.T) {
	t.Parallel()
	chromium(t)
	r := serveApp(t, "AGENTE_MODE=approval")
	first, second := r.browser(desktop), r.browser(desktop)
	for _, b := range []*browser{first, second} {
		b.signIn()
		b.open("/approvals")
		b.until("a question", `document.querySelectorAll('main article').length > 0`)
	}
	const answer = `(async () => {
		const page = await (await fetch('/api/approvals?limit=50')).json()
		const a = page.items.find(a => a.id === QUESTION)
		const r = await fetch('/api/approvals/' + a.id + '/decision', {method: 'POST', headers: {'Content-Type': 'application/json'},
			body: JSON.stringify({decision: DECISION, manifest: a.manifest, reason: 'raced'})})
		return r.status + ' ' + a.id
	})()`
	// A question that both were shown; one that changes meanwhile would be asked anew under another name.
	question, err := chromedp.Run(first.ctx, chromedp.Evaluate[string](
		`fetch('/api/approvals?limit=50').then(r => r.json()).then(p => p.items.find(a => a.status === 'pending').id)`, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	answers := make(chan string, 2)
	for i, b := range []*browser{first, second} {
		decision := []string{"'approve'", "'reject'"}[i]
		go func() {
			got, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](strings.NewReplacer("DECISION", decision, "QUESTION", quoted(question)).Replace(answer), chromedp.EvalAwaitPromise))
			if err != nil {
				got = err.Error()
			}
			answers <- got
		}()
	}
	one, two := <-answers, <-answers
	if one[4:] != two[4:] || (one[:3] == "202") == (two[:3] == "202") {
		t.Errorf("the two were answered %q and %q; want one accepted and one refused for the same question", one, two)
	}
}

func TestDashboard_LosesAndRegainsTheServer(t *testing.T) {
	t.Parallel()
	chromium(t)
	r := serveApp(t)
	b := r.browser(desktop)
	b.signIn()
	b.shows("Live")
	r.stop()
	b.until("the page says that it is not up to date", `/Reconnecting|Not up to date|Connecting/.test(document.body.innerText)`)
	r.again()
	b.until("the page is live again, by itself", `[...document.querySelectorAll('[role=status]')].some(e => e.innerText.includes('Live'))`)
	b.quiet("ERR_CONNECTION_REFUSED", "WebSocket", "Failed to load resource")
}

func TestDashboard_IsAccessible(t *testing.T) {
	t.Parallel()
	chromium(t)
	r := serveApp(t)
	b := r.browser(desktop)
	b.open("/")
	b.do(chromedp.WaitVisible(chromedp.CSS("input[name=password]")))
	b.accessible("sign in")
	b.signIn()
	b.press("Campaigns")
	b.until("a campaign", `document.querySelector('main h1')?.innerText === 'Campaigns' && document.querySelectorAll('main a[href^="/campaigns/cmp_"]').length > 0`)
	pages, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](`[...new Set([...document.querySelectorAll('nav a[href^="/"]')].map(a => a.getAttribute('href')))]`))
	if err != nil || len(pages) < 8 {
		t.Fatalf("the menu leads to %v, %v", pages, err)
	}
	detail, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.querySelector('main a[href^="/campaigns/cmp_"]').getAttribute('href')`))
	if err != nil {
		t.Fatal(err)
	}
	pages = append(pages, detail, detail+"?view=actor", "/system?view=effects&tasks=all", "/system?view=log", "/search?q=a", b.anEffect())
	for _, lang := range []string{"en", "pt-BR"} {
		for _, theme := range []string{"light", "dark"} {
			b.prefer(lang, theme)
			for _, page := range append(slices.Clone(pages), "/settings/account", "/settings/credentials", "/settings/people", "/settings/notifications") {
				b.open(page)
				b.until(page+" is loaded", `!!document.querySelector('main h1') && !document.querySelector('main [aria-busy=true]')`)
				b.accessible(page + " " + lang + " " + theme)
				b.shoot(strings.NewReplacer("/", "-", "?", "-", "&", "-").Replace(strings.Trim(page, "/")) + "-" + lang + "-" + theme)
			}
		}
	}
	b.quiet()
}

func TestDashboard_FindsAndExplains(t *testing.T) {
	t.Parallel()
	chromium(t)
	r := serveApp(t)
	b := r.browser(desktop)
	b.signIn()
	b.press("Campaigns")
	b.until("a campaign", `document.querySelector('main h1')?.innerText === 'Campaigns' && document.querySelectorAll('main a[href^="/campaigns/cmp_"]').length > 0`)
	b.do(chromedp.KeyEvent("/"))
	// A made-up key types its letter although the page says that it must not: it is typed over.
	b.until("the search box has the focus", `document.activeElement?.getAttribute('role') === 'combobox' && (document.activeElement.select(), true)`)
	b.do(chromedp.KeyEvent("cmp_"))
	b.until("hits while typing", `document.querySelectorAll('[role=option][href^="/campaigns/cmp_"]').length > 0`)
	b.do(chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.Enter))
	b.until("the campaign that was chosen", `location.pathname.startsWith('/campaigns/cmp_') && !!document.querySelector('main h1')`)
	b.open(b.anEffect())
	b.shows("What is asked for")
	b.press("Audit log")
	b.press("Verify now")
	b.shows("Whole: verified up to line")
	b.shoot("audit-verified")
	b.quiet()
}

func TestDashboard_FitsTheNarrowestPhone(t *testing.T) {
	t.Parallel()
	chromium(t)
	r := serveApp(t)
	b := r.browser(device{360, 780, true})
	b.signIn()
	b.prefer("pt-BR", "dark")
	effect := b.anEffect()
	for _, page := range []string{"/", "/approvals", "/alerts", "/campaigns", "/campaigns?days=7", "/products", "/creatives", "/orders", "/customers", "/treasury", "/reports",
		"/audit", "/system", "/system?view=actors", "/system?view=effects&tasks=all", "/system?view=log", "/search?q=a", effect} {
		b.open(page)
		b.until(page+" is loaded", `!!document.querySelector('main h1') && !document.querySelector('main [aria-busy=true]')`)
		if wide, err := chromedp.Run(b.ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth`)); err != nil || wide > 360 {
			t.Errorf("%s is %d pixels wide on a phone of 360, %v", page, wide, err)
		}
		b.shoot("narrow-" + strings.NewReplacer("/", "-", "?", "-", "&", "-").Replace(strings.Trim(page, "/")))
	}
	b.quiet()
}
