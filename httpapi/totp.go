package httpapi

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"image/png"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"github.com/agente-ceo/agente-ceo/domain/views"
)

// Codes as every authenticator makes them by default (RFC 6238): SHA-1, six digits, steps of 30 seconds. One step to either side is taken,
// for clocks that differ.
const (
	stepSeconds   = 30
	skewSteps     = 1
	secretBytes   = 20
	qrSize        = 240 // pixels
	recoveryCodes = 10
)

var (
	codeOptions = totp.ValidateOpts{Period: stepSeconds, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}
	base32Plain = base32.StdEncoding.WithPadding(base32.NoPadding)
)

// newEnrolment makes a secret for somebody, as text and as a picture. Nothing of it is fetched from anywhere.
func newEnrolment(email string) (views.Enrolment, error) {
	secret := make([]byte, secretBytes)
	if _, err := rand.Read(secret); err != nil {
		return views.Enrolment{}, fmt.Errorf("make a secret: %w", err)
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "Agente-CEO", AccountName: email, Secret: secret})
	if err != nil {
		return views.Enrolment{}, fmt.Errorf("make an enrolment: %w", err)
	}
	picture, err := key.Image(qrSize, qrSize)
	if err != nil {
		return views.Enrolment{}, fmt.Errorf("draw an enrolment: %w", err)
	}
	var file bytes.Buffer
	if err := png.Encode(&file, picture); err != nil {
		return views.Enrolment{}, fmt.Errorf("write an enrolment's picture: %w", err)
	}
	return views.Enrolment{Secret: key.Secret(), URI: key.URL(), QR: "data:image/png;base64," + base64.StdEncoding.EncodeToString(file.Bytes())}, nil
}

// stepOf is the step whose code was given, 0 for none.
func stepOf(secret, code string, now time.Time) (step int64, err error) {
	for skew := int64(-skewSteps); skew <= skewSteps; skew++ {
		at := now.Add(time.Duration(skew) * stepSeconds * time.Second)
		want, err := totp.GenerateCodeCustom(secret, at, codeOptions)
		if err != nil {
			return 0, fmt.Errorf("make a code: %w", err)
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			step = at.Unix() / stepSeconds
		}
	}
	return step, nil
}

// newRecovery makes recovery codes of 80 bits, and what is kept of them.
func newRecovery() (codes []string, hashes [][]byte, err error) {
	for range recoveryCodes {
		raw := make([]byte, 10)
		if _, err := rand.Read(raw); err != nil {
			return nil, nil, fmt.Errorf("make a recovery code: %w", err)
		}
		text := base32Plain.EncodeToString(raw)
		codes = append(codes, strings.Join([]string{text[:4], text[4:8], text[8:12], text[12:]}, "-"))
		hashes = append(hashes, recoveryHash(text))
	}
	return codes, hashes, nil
}

// recoveryHash is what is kept of a recovery code, however it is written.
func recoveryHash(code string) []byte {
	sum := sha256.Sum256([]byte("recovery " + plainCode(code)))
	return sum[:]
}

// plainCode takes away what people put between the characters.
func plainCode(code string) string {
	return strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(code))
}
