package world_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wneessen/go-mail"
)

func TestSinks(t *testing.T) {
	t.Parallel()
	b := setup(t)
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(b.secret.TwilioSID+":"+b.secret.TwilioToken))
	path := "/2010-04-01/Accounts/" + b.secret.TwilioSID + "/Messages.json"
	form := map[string]string{"Authorization": basic, "Content-Type": "application/x-www-form-urlencoded"}
	var sms struct {
		SID  string
		Code int
	}
	if code := b.call(b.world.Twilio(), "POST", path, form, "To=%2B5511900000000&From=%2B15550100000&Body=oi", &sms); code != 201 || !strings.HasPrefix(sms.SID, "SM") {
		t.Errorf("sms: %d %+v", code, sms)
	}
	if code := b.call(b.world.Twilio(), "POST", path, form, "To=123&From=%2B15550100000&Body=oi", &sms); code != 400 || sms.Code != 21211 {
		t.Errorf("bad number: %d %+v", code, sms)
	}
	if code := b.call(b.world.Twilio(), "POST", path, nil, "", &sms); code != 401 || sms.Code != 20003 {
		t.Errorf("no password: %d %+v", code, sms)
	}
	wa := map[string]string{"Authorization": "Bearer " + b.secret.WhatsAppToken}
	var chat struct {
		Messages []struct{ ID string }
		Error    struct{ Code int }
	}
	path = "/v26.0/" + b.secret.WhatsAppPhoneID + "/messages"
	if code := b.call(b.world.WhatsApp(), "POST", path, wa, `{"messaging_product":"whatsapp","to":"5521990000000","type":"text","text":{"body":"oi"}}`, &chat); code != 200 || len(chat.Messages) != 1 {
		t.Errorf("whatsapp: %d %+v", code, chat)
	}
	if code := b.call(b.world.WhatsApp(), "POST", path, wa, `{"messaging_product":"whatsapp","to":"5521990000000","type":"text"}`, &chat); code != 400 || chat.Error.Code != 100 {
		t.Errorf("empty text: %d %+v", code, chat)
	}
	event := `{"event":"order"}`
	mac := hmac.New(sha256.New, []byte(b.secret.CRMSecret))
	mac.Write([]byte(event))
	crm := map[string]string{"X-Signature-256": "sha256=" + hex.EncodeToString(mac.Sum(nil)), "X-Event-Id": "e1"}
	for _, want := range []int{204, 204} {
		if code := b.call(b.world.CRM(), "POST", "/", crm, event, nil); code != want {
			t.Errorf("crm: %d", code)
		}
	}
	if code := b.call(b.world.CRM(), "POST", "/", crm, `{"event":"forged"}`, nil); code != 401 {
		t.Errorf("forged event: %d", code)
	}
	s := b.world.Snapshot(time.UTC)
	if s.Messages["sms"] != 1 || s.Messages["whatsapp"] != 1 || s.Messages["crm"] != 1 || s.Repeats["crm"] != 1 || s.Rejected["crm"] != 1 {
		t.Errorf("counts: %+v", s)
	}
}

func TestMailSink_TakesMailOfTheRealClient(t *testing.T) {
	t.Parallel()
	b := setup(t)
	sink, err := b.world.ListenMail("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sink.Close() }()
	send := func(how mail.SMTPAuthType, password string) error {
		_, port, _ := strings.Cut(sink.Addr(), ":")
		n, _ := strconv.Atoi(port)
		c, err := mail.NewClient("127.0.0.1", mail.WithPort(n), mail.WithTLSPolicy(mail.NoTLS), mail.WithSMTPAuth(how),
			mail.WithUsername(b.secret.SMTPUser), mail.WithPassword(password))
		if err != nil {
			return err
		}
		m := mail.NewMsg()
		_ = m.From("loja@example.com")
		_ = m.To("marina@example.com")
		m.Subject("Seu pedido está a caminho")
		m.SetMessageIDWithValue("eff-1@example.com")
		m.SetBodyString(mail.TypeTextPlain, "Olá\n.ponto\n")
		return c.DialAndSend(m)
	}
	for _, how := range []mail.SMTPAuthType{mail.SMTPAuthPlainNoEnc, mail.SMTPAuthAutoDiscover} {
		if err := send(how, b.secret.SMTPPassword); err != nil {
			t.Fatal(err)
		}
	}
	for _, how := range []mail.SMTPAuthType{mail.SMTPAuthPlainNoEnc, mail.SMTPAuthCramMD5} {
		if err := send(how, "wrong"); err == nil {
			t.Errorf("a wrong password was accepted by %s", how)
		}
	}
	got := b.world.Messages("email")
	if len(got) != 1 || got[0].Subject != "Seu pedido está a caminho" || got[0].To != "marina@example.com" {
		t.Errorf("kept %+v", got)
	}
	if s := b.world.Snapshot(time.UTC); s.Repeats["email"] != 1 || s.Rejected["email"] == 0 {
		t.Errorf("counts: %+v", s)
	}
}

func TestSupabase(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.world.Supabase()
	header := func(kind string, more ...string) map[string]string {
		out := map[string]string{"Authorization": "Bearer " + b.secret.SupabaseKey, "apikey": b.secret.SupabaseKey, "Content-Type": kind}
		for i := 0; i+1 < len(more); i += 2 {
			out[more[i]] = more[i+1]
		}
		return out
	}
	var got struct{ Key, StatusCode, Code string }
	for _, c := range []struct {
		name, path string
		header     map[string]string
		status     int
		inner      string
	}{
		{"Upload", "media/a.png", header("image/png"), 200, ""},
		{"Again", "media/a.png", header("image/png"), 400, "409"},
		{"Upsert", "media/a.png", header("image/png", "x-upsert", "true"), 200, ""},
		{"Mime", "media/b.txt", header("text/plain"), 400, "415"},
		{"Bucket", "none/b.png", header("image/png"), 400, "404"},
		{"NoKey", "media/c.png", map[string]string{"Content-Type": "image/png"}, 400, "403"},
	} {
		got.StatusCode = ""
		if code := b.call(h, "POST", "/storage/v1/object/"+c.path, c.header, "PNG", &got); code != c.status || got.StatusCode != c.inner {
			t.Errorf("%s: %d %+v", c.name, code, got)
		}
	}
	if code := b.call(h, "GET", "/storage/v1/object/public/media/a.png", nil, "", nil); code != 200 {
		t.Errorf("public read: %d", code)
	}
	if b.call(h, "GET", "/storage/v1/object/public/media/zz.png", nil, "", &got); got.StatusCode != "404" {
		t.Errorf("missing object: %+v", got)
	}
}
