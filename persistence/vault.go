package persistence

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/agente-ceo/agente-ceo/domain/views"
)

// Vault keeps credentials under AES-256-GCM. The key stays outside the database; the name is authenticated with the secret, so that
// one cannot be passed off as another.
type Vault struct {
	db    *DB
	seal  cipher.AEAD
	keyID string
}

// MasterKeyBytes is how long a master key is.
const MasterKeyBytes = 32

// Vault opens the credentials with a master key of 32 bytes.
func (db *DB) Vault(key []byte) (*Vault, error) {
	if len(key) != MasterKeyBytes {
		return nil, fmt.Errorf("the master key has %d bytes and must have %d", len(key), MasterKeyBytes)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("use the master key: %w", err)
	}
	seal, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("use the master key: %w", err)
	}
	id := sha256.Sum256(append([]byte("agente-ceo key id\x00"), key...))
	return &Vault{db, seal, hex.EncodeToString(id[:4])}, nil
}

// PutCredential keeps a secret under a name, in place of an earlier one.
func (v *Vault) PutCredential(ctx context.Context, name, value, by string, now time.Time) error {
	sealed := v.seal.Seal(nil, nil, []byte(value), []byte(name))
	d := deed{action: "credential_changed", subject: name, reason: "a credential was entered", by: by, at: now}
	_, err := v.db.record(ctx, d, func(tx pgx.Tx) (bool, error) {
		return changes(ctx, tx, "credential_put", name, v.keyID, sealed, hint(value), now, by)
	})
	return err
}

// hint is what people may see of a secret: its last four characters, and nothing of a short one.
func hint(value string) string {
	if len(value) < 16 || !utf8.ValidString(value) {
		return ""
	}
	runes := []rune(value)
	return "…" + clean(string(runes[len(runes)-4:]))
}

// DeleteCredential forgets a secret; found is false when there was none.
func (v *Vault) DeleteCredential(ctx context.Context, name, by string, now time.Time) (found bool, err error) {
	d := deed{action: "credential_removed", subject: name, reason: "a credential was taken away", by: by, at: now}
	return v.db.record(ctx, d, func(tx pgx.Tx) (bool, error) { return changes(ctx, tx, "credential_delete", name) })
}

// ListCredentials lists what is kept, without the secrets.
func (v *Vault) ListCredentials(ctx context.Context) ([]views.Credential, error) {
	return all[views.Credential](ctx, v.db, "credentials_all")
}

// Secrets opens everything that is kept, by name. It is for the program's own start, never for the API. A secret that another key
// sealed is an error that names it.
func (v *Vault) Secrets(ctx context.Context) (map[string]string, error) {
	type sealed struct {
		Name, KeyID string
		Ciphertext  []byte
	}
	rows, err := all[sealed](ctx, v.db, "credentials_sealed")
	if err != nil {
		return nil, err
	}
	out := make(map[string]string, len(rows))
	for _, row := range rows {
		if row.KeyID != v.keyID {
			return nil, fmt.Errorf("credential %s was sealed with key %s and the master key is %s: restore that key, or enter the credential again", row.Name, row.KeyID, v.keyID)
		}
		value, err := v.seal.Open(nil, nil, row.Ciphertext, []byte(row.Name))
		if err != nil {
			return nil, fmt.Errorf("open credential %s: %w", row.Name, err)
		}
		out[row.Name] = string(value)
	}
	return out, nil
}
