package httpapi

import (
	"bytes"
	"encoding/base64"
	"image/png"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/agente-ceo/agente-ceo/domain/signin"
	"github.com/agente-ceo/agente-ceo/domain/views"
)

// The vectors of RFC 6238, appendix B, for SHA-1: the last six of their eight digits.
func TestTOTP_VectorsOfTheRFC(t *testing.T) {
	t.Parallel()
	secret := base32Plain.EncodeToString([]byte("12345678901234567890"))
	for at, code := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		now := time.Unix(at, 0)
		for skew, want := range map[time.Duration]int64{0: at / 30, 30 * time.Second: at / 30, -30 * time.Second: at / 30, 61 * time.Second: 0, -61 * time.Second: 0} {
			if got, err := stepOf(secret, code[2:], now.Add(skew)); got != want || err != nil {
				t.Errorf("the code of %d, %s later, is of step %d, want %d (%v)", at, skew, got, want, err)
			}
		}
	}
	for _, wrong := range []string{"", "0", "000000", "94287082", "９４２８７０"} {
		if step, _ := stepOf(secret, wrong, time.Unix(1111111109, 0)); step != 0 {
			t.Errorf("%q was taken", wrong)
		}
	}
}

// code is what an app shows at the bench's time.
func (b *bench) code(secret string) string {
	b.t.Helper()
	code, err := totp.GenerateCodeCustom(secret, b.now(), codeOptions)
	if err != nil {
		b.t.Fatal(err)
	}
	return code
}

// enrol gives somebody a second factor, and waits for the next code.
func (v *visitor) enrol() (secret string, recovery []string) {
	v.b.t.Helper()
	begun := into[views.Enrolment](v.do("POST", "/api/account/second-factor", map[string]string{"password": testPassword}).want(200))
	codes := into[views.Recovery](v.do("POST", "/api/account/second-factor/confirm", map[string]string{"code": v.b.code(begun.Secret)}).want(200))
	v.b.pass(stepSeconds * 2 * time.Second)
	return begun.Secret, codes.Codes
}

func with(code string) map[string]string {
	return map[string]string{"email": "viewer@example.com", "password": testPassword, "code": code}
}

func TestSecondFactor_IsShownOnceAndConfirmed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.as("viewer")
	v.do("POST", "/api/account/second-factor", map[string]string{"password": "wrong"}).code(403, "wrong_password")
	v.do("POST", "/api/account/second-factor/confirm", map[string]string{"code": "123456"}).code(409, "no_second_factor")
	begun := into[views.Enrolment](v.do("POST", "/api/account/second-factor", map[string]string{"password": testPassword}).want(200))
	data, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(begun.QR, "data:image/png;base64,"))
	if err != nil {
		t.Fatal(err)
	}
	if picture, err := png.Decode(bytes.NewReader(data)); err != nil || picture.Bounds().Dx() != qrSize {
		t.Errorf("the picture is none: %v", err)
	}
	if !strings.HasPrefix(begun.URI, "otpauth://totp/Agente-CEO:viewer@example.com?") || !strings.Contains(begun.URI, "secret="+begun.Secret) {
		t.Errorf("the address is %s", begun.URI)
	}
	b.visitor().do("POST", "/api/login", with("")).want(200) // it is not in force yet
	v.do("POST", "/api/account/second-factor/confirm", map[string]string{"code": "000000"}).code(403, "wrong_code")
	recovery := into[views.Recovery](v.do("POST", "/api/account/second-factor/confirm", map[string]string{"code": b.code(begun.Secret)}).want(200))
	if len(recovery.Codes) != recoveryCodes {
		t.Errorf("the recovery codes are %v", recovery.Codes)
	}
	v.do("POST", "/api/account/second-factor", map[string]string{"password": testPassword}).code(409, "second_factor_on")
	profile := v.get("/api/account").want(200)
	if p := into[views.Profile](profile); !p.SecondFactor.On || p.SecondFactor.Recovery != recoveryCodes || strings.Contains(string(profile.body), begun.Secret) {
		t.Errorf("the account is %s", profile.body)
	}
}

func TestSecondFactor_IsAskedForAndTakenOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	secret, _ := b.as("viewer").enrol()
	v := b.visitor()
	v.do("POST", "/api/login", map[string]string{"email": "viewer@example.com", "password": "wrong", "code": b.code(secret)}).code(401, "wrong_login")
	v.do("POST", "/api/login", with("")).code(401, "code_required")
	v.do("POST", "/api/login", with("000000")).code(401, "wrong_code")
	code := b.code(secret)
	v.do("POST", "/api/login", with(code[:3]+" "+code[3:])).want(200)
	v.get("/api/session").want(200)
	b.visitor().do("POST", "/api/login", with(code)).code(401, "wrong_code") // somebody looked over the shoulder
	b.pass(-stepSeconds * time.Second)
	b.visitor().do("POST", "/api/login", with(b.code(secret))).code(401, "wrong_code") // nor is an older one taken
	b.pass(stepSeconds * 2 * time.Second)
	b.visitor().do("POST", "/api/login", with(b.code(secret))).want(200)
}

func TestSecondFactor_WrongCodesAreThrottledAsPasswords(t *testing.T) {
	t.Parallel()
	b := setup(t)
	secret, _ := b.as("viewer").enrol()
	v := b.visitor()
	for range signin.Tries {
		v.do("POST", "/api/login", with("000000")).code(401, "wrong_code")
	}
	v.do("POST", "/api/login", with(b.code(secret))).code(429, "throttled")
}

func TestSecondFactor_RecoveryCodesAreTakenOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, recovery := b.as("viewer").enrol()
	v := b.visitor()
	v.do("POST", "/api/login", with(strings.ToLower(recovery[3]))).want(200)
	v.do("POST", "/api/login", with(recovery[3])).code(401, "wrong_code")
	if p := into[views.Profile](v.get("/api/account").want(200)); p.SecondFactor.Recovery != recoveryCodes-1 {
		t.Errorf("left are %+v", p.SecondFactor)
	}
}

func TestSecondFactor_TakenAwayByOneselfOrAnAdministrator(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.as("viewer")
	secret, _ := v.enrol()
	drop := func(password, code string) reply {
		return v.do("POST", "/api/account/second-factor/remove", map[string]string{"password": password, "code": code})
	}
	drop("wrong", b.code(secret)).code(403, "wrong_password")
	drop(testPassword, "000000").code(403, "wrong_code")
	if p := into[views.Profile](drop(testPassword, b.code(secret)).want(200)); p.SecondFactor.On {
		t.Errorf("afterwards it is %+v", p.SecondFactor)
	}
	v.enrol()
	user, err := b.db.UserByEmail(t.Context(), "viewer@example.com")
	if err != nil {
		t.Fatal(err)
	}
	path := "/api/admin/users/" + strconv.FormatInt(user.ID, 10) + "/second-factor/reset"
	admin := b.as("admin")
	admin.do("POST", path, map[string]string{"password": "wrong"}).code(403, "wrong_password")
	admin.do("POST", path, map[string]string{"password": testPassword}).want(200)
	admin.do("POST", path, map[string]string{"password": testPassword}).code(409, "no_second_factor")
	b.visitor().do("POST", "/api/login", with("")).want(200)
	var said []string
	for _, line := range into[views.Page[views.Audit]](admin.get("/api/audit?subject=viewer@example.com").want(200)).Items {
		said = append(said, line.Action)
	}
	if got := strings.Join(said, " "); got != "second_factor_off second_factor_on second_factor_off second_factor_on user_added" {
		t.Errorf("the audit log says %s", got)
	}
}

func TestSecondFactor_IsNotForScripts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.user("script@example.com", "operator")
	v := b.visitor()
	token(t, b, v, "script@example.com")
	v.do("POST", "/api/account/second-factor", map[string]string{"password": testPassword}).code(403, "session_required")
}
