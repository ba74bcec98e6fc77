// Package kmsfake plays the key services of AWS, Google Cloud, Azure and
// HashiCorp Vault on loopback, for tests: as much of their protocols as sops
// speaks. One [Server] plays all; it can be slow or refuse, and tells what it
// was asked. Start reading at [Start].
package kmsfake

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Server plays the services. Its methods may be called at any time.
type Server struct {
	plain, secure *httptest.Server
	trust         string // PEM file with the certificate of secure
	key           cipher.AEAD
	ended         chan struct{}

	mu      sync.Mutex
	asked   []Ask
	delay   time.Duration
	refusal string
}

// Ask is one request that a service was asked to carry out.
type Ask struct {
	Service string // aws, gcp, azure or vault
	Op      string // encrypt or decrypt
	Key     string // its name, as the service was given it
	Plain   []byte // what was to be encrypted, or what came out
	Context string // AWS's encryption context, as JSON
}

// Start starts a server that ends with the test.
func Start(tb testing.TB) *Server {
	tb.Helper()
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // it never fails
	block, err := aes.NewCipher(secret)
	if err != nil {
		tb.Fatal(err)
	}
	s := &Server{ended: make(chan struct{})}
	if s.key, err = cipher.NewGCM(block); err != nil {
		tb.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /{$}", s.aws)
	mux.HandleFunc("/v1/projects/", s.gcpREST)
	mux.HandleFunc("POST /google.cloud.kms.v1.KeyManagementService/{op}", s.gcpGRPC)
	mux.HandleFunc("/keys/", s.azure)
	mux.HandleFunc("/azure/token", azureToken)
	mux.HandleFunc("/v1/", s.vault)
	s.plain = httptest.NewServer(mux)
	s.secure = httptest.NewUnstartedServer(mux)
	s.secure.EnableHTTP2 = true // gRPC
	s.secure.StartTLS()
	tb.Cleanup(func() {
		close(s.ended)
		s.plain.CloseClientConnections()
		s.secure.CloseClientConnections()
		s.plain.Close()
		s.secure.Close()
	})
	s.trust = filepath.Join(tb.TempDir(), "kmsfake.pem")
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.secure.Certificate().Raw})
	if err := os.WriteFile(s.trust, cert, 0o600); err != nil {
		tb.Fatal(err)
	}
	return s
}

// The keys, as one names them to sops.

// AWS is a key for --kms.
func (s *Server) AWS(name string) string { return "arn:aws:kms:us-east-1:123456789012:key/" + name }

// GCP is a key for --gcp-kms.
func (s *Server) GCP(name string) string {
	return "projects/p/locations/global/keyRings/r/cryptoKeys/" + name
}

// Azure is a key for --azure-kv.
func (s *Server) Azure(name string) string { return s.secure.URL + "/keys/" + name + "/v1" }

// Vault is a key for --hc-vault-transit.
func (s *Server) Vault(name string) string { return s.plain.URL + "/v1/transit/keys/" + name }

// Env is what a program needs in its environment to speak to this server and
// to no other. Google's service is spoken to by REST, or by gRPC.
func (s *Server) Env(grpc bool) []string {
	env := []string{
		"AWS_ENDPOINT_URL_KMS=" + s.plain.URL, "AWS_ACCESS_KEY_ID=fake", "AWS_SECRET_ACCESS_KEY=fake", "AWS_REGION=us-east-1", "AWS_EC2_METADATA_DISABLED=true", "AWS_MAX_ATTEMPTS=1",
		"GOOGLE_OAUTH_ACCESS_TOKEN=fake",
		"SSL_CERT_FILE=" + s.trust, "AZURE_TOKEN_CREDENTIALS=ManagedIdentityCredential", "IDENTITY_ENDPOINT=" + s.plain.URL + "/azure/token", "IDENTITY_HEADER=fake",
		"VAULT_TOKEN=fake", "VAULT_MAX_RETRIES=0",
	}
	if grpc {
		return append(env, "SOPS_GCP_KMS_ENDPOINT="+strings.TrimPrefix(s.secure.URL, "https://"))
	}
	return append(env, "SOPS_GCP_KMS_ENDPOINT="+s.plain.URL, "SOPS_GCP_KMS_CLIENT_TYPE=rest")
}

// Slow lets every answer from now on wait, or until who asks has gone.
func (s *Server) Slow(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delay = d
}

// Refuse lets every request from now on be denied with a message; "" ends it.
func (s *Server) Refuse(message string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusal = message
}

// Asked gives what the services were asked since the start.
func (s *Server) Asked() []Ask {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

// enter waits and refuses, as was ordered; false ends the request, which deny has answered.
func (s *Server) enter(r *http.Request, deny func(message string)) bool {
	s.mu.Lock()
	delay, refusal := s.delay, s.refusal
	s.mu.Unlock()
	select {
	case <-time.After(delay):
	case <-r.Context().Done():
		return false
	case <-s.ended:
		return false
	}
	if refusal != "" {
		deny(refusal)
		return false
	}
	return true
}

// carry encrypts or decrypts, bound to the service, the key and the context, and notes it.
func (s *Server) carry(a Ask, in []byte) ([]byte, error) {
	bound := []byte(a.Service + "\x00" + a.Key + "\x00" + a.Context)
	var out []byte
	if a.Op == "encrypt" {
		a.Plain = in
		nonce := make([]byte, s.key.NonceSize())
		_, _ = rand.Read(nonce) // it never fails
		out = s.key.Seal(nonce, nonce, in, bound)
	} else {
		var err error
		if len(in) < s.key.NonceSize() {
			return nil, errors.New("the ciphertext is too short")
		}
		if out, err = s.key.Open(nil, in[:s.key.NonceSize()], in[s.key.NonceSize():], bound); err != nil {
			return nil, fmt.Errorf("the ciphertext is not of this key: %w", err)
		}
		a.Plain = out
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, a)
	return out, nil
}
