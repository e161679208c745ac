package httpapi

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/time/rate"
)

// The cost of a password: 19 MiB and two passes, as OWASP recommends for argon2id.
const (
	argonMemory = 19 * 1024 // KiB
	argonPasses = 2
	argonLanes  = 1
	argonKey    = 32 // bytes
	minPassword = 10
	maxPassword = 200
	atOnce      = 4 // passwords that are hashed at the same time; the rest wait
)

var hashing = make(chan struct{}, atOnce)

func argon(password string, salt []byte, memory, passes uint32, lanes uint8) []byte {
	hashing <- struct{}{}
	defer func() { <-hashing }()
	return argon2.IDKey([]byte(password), salt, passes, memory, lanes, argonKey)
}

// HashPassword makes the argon2id PHC string of a password of 10 to 200 bytes.
func HashPassword(password string) (string, error) {
	if len(password) < minPassword || len(password) > maxPassword {
		return "", fmt.Errorf("a password has %d to %d characters", minPassword, maxPassword)
	}
	salt := []byte(rand.Text())
	key := argon(password, salt, argonMemory, argonPasses, argonLanes)
	encode := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonPasses, argonLanes, encode(salt), encode(key)), nil
}

// VerifyPassword reports whether a password is the one of a PHC string. A string that is not argon2id, or asks for more than
// 256 MiB or 10 passes, is never right.
func VerifyPassword(phc, password string) bool {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || len(password) > maxPassword {
		return false
	}
	var version int
	var memory, passes uint32
	var lanes uint8
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false
	}
	_, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes)
	if err != nil || memory > 256*1024 || passes == 0 || passes > 10 || lanes == 0 {
		return false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	key, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(key) != argonKey {
		return false
	}
	return subtle.ConstantTimeCompare(key, argon(password, salt, memory, passes, lanes)) == 1
}

// nobodysHash is verified for accounts that do not exist, so that they take as long as those that do.
var nobodysHash = sync.OnceValue(func() string {
	hash, err := HashPassword(rand.Text())
	if err != nil {
		panic(err) // rand.Text has 26 characters
	}
	return hash
})

// An address may try perAddress passwords a minute, whatever the account.
const (
	perAddress = 20
	addresses  = 10000 // that are remembered
)

// throttle bounds attempts to log in by address.
type throttle struct {
	mu   sync.Mutex
	seen map[string]*rate.Limiter
}

func newThrottle() *throttle { return &throttle{seen: map[string]*rate.Limiter{}} }

// allow reports whether an address may try now.
func (t *throttle) allow(address string, now time.Time) bool {
	address = networkOf(address)
	t.mu.Lock()
	defer t.mu.Unlock()
	limiter := t.seen[address]
	if limiter == nil {
		if len(t.seen) >= addresses {
			clear(t.seen) // forgetting everybody costs an attacker nothing more than a minute's tries
		}
		limiter = rate.NewLimiter(rate.Every(time.Minute/perAddress), perAddress)
		t.seen[address] = limiter
	}
	return limiter.AllowN(now, 1)
}
