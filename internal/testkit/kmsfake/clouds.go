package kmsfake

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// reply answers with JSON.
func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // who asked may have gone
}

func read[T any](r *http.Request) (v T, err error) {
	err = json.NewDecoder(r.Body).Decode(&v)
	return v, err
}

// aws plays AWS KMS: JSON 1.1, the operation in a header.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html
func (s *Server) aws(w http.ResponseWriter, r *http.Request) {
	deny := func(kind, message string) {
		w.Header().Set("X-Amzn-Errortype", kind)
		reply(w, http.StatusBadRequest, map[string]string{"__type": kind, "message": message})
	}
	if !s.enter(r, func(m string) { deny("AccessDeniedException", m) }) {
		return
	}
	in, err := read[struct {
		KeyID             string `json:"KeyId"`
		Plaintext         []byte
		CiphertextBlob    []byte
		EncryptionContext map[string]string
	}](r)
	if err != nil {
		deny("SerializationException", err.Error())
		return
	}
	a := Ask{Service: "aws", Op: strings.ToLower(strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "TrentService.")), Key: in.KeyID}
	if len(in.EncryptionContext) > 0 {
		context, _ := json.Marshal(in.EncryptionContext) // its keys are sorted
		a.Context = string(context)
	}
	data, field := in.Plaintext, "CiphertextBlob"
	if a.Op == "decrypt" {
		data, field = in.CiphertextBlob, "Plaintext"
	}
	out, err := s.carry(a, data)
	if err != nil {
		deny("InvalidCiphertextException", err.Error())
		return
	}
	reply(w, http.StatusOK, map[string]any{"KeyId": in.KeyID, field: out, "EncryptionAlgorithm": "SYMMETRIC_DEFAULT"})
}

// gcpREST plays Cloud KMS over REST: POST /v1/{key}:encrypt.
// https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys/encrypt
func (s *Server) gcpREST(w http.ResponseWriter, r *http.Request) {
	deny := func(status int, message string) {
		reply(w, status, map[string]any{"error": map[string]any{"code": status, "message": message, "status": "PERMISSION_DENIED"}})
	}
	if !s.enter(r, func(m string) { deny(http.StatusForbidden, m) }) {
		return
	}
	key, op, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v1/"), ":")
	in, err := read[struct{ Plaintext, Ciphertext []byte }](r)
	if err != nil {
		deny(http.StatusBadRequest, err.Error())
		return
	}
	data, field := in.Plaintext, "ciphertext"
	if op == "decrypt" {
		data, field = in.Ciphertext, "plaintext"
	}
	out, err := s.carry(Ask{Service: "gcp", Op: op, Key: key}, data)
	if err != nil {
		deny(http.StatusBadRequest, err.Error())
		return
	}
	reply(w, http.StatusOK, map[string]any{"name": key + "/cryptoKeyVersions/1", field: out})
}

// azure plays Key Vault: the first request is challenged to log in.
// https://learn.microsoft.com/rest/api/keyvault/keys/encrypt
func (s *Server) azure(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") == "" {
		// The client wants the resource to be a domain that its host is in.
		_, domain, _ := strings.Cut(r.Host, ".")
		w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer authorization="https://login.example.com/tenant", resource="https://%s"`, domain))
		reply(w, http.StatusUnauthorized, map[string]any{"error": map[string]string{"code": "Unauthorized", "message": "log in"}})
		return
	}
	deny := func(status int, code, message string) {
		reply(w, status, map[string]any{"error": map[string]string{"code": code, "message": message}})
	}
	if !s.enter(r, func(m string) { deny(http.StatusForbidden, "Forbidden", m) }) {
		return
	}
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/") // keys, name, version, operation
	id := "https://" + r.Host + "/keys/" + parts[1] + "/v1"
	if r.Method == http.MethodGet {
		reply(w, http.StatusOK, map[string]any{"key": map[string]string{"kid": id, "kty": "RSA"}})
		return
	}
	in, err := read[struct {
		Value string `json:"value"`
	}](r)
	data, err2 := base64.RawURLEncoding.DecodeString(in.Value)
	if err != nil || err2 != nil || len(parts) != 4 {
		deny(http.StatusBadRequest, "BadParameter", "the request cannot be read")
		return
	}
	out, err := s.carry(Ask{Service: "azure", Op: parts[3], Key: parts[1]}, data)
	if err != nil {
		deny(http.StatusBadRequest, "BadParameter", err.Error())
		return
	}
	reply(w, http.StatusOK, map[string]string{"kid": id, "value": base64.RawURLEncoding.EncodeToString(out)})
}

// azureToken plays the identity service of an Azure app.
// https://learn.microsoft.com/azure/app-service/overview-managed-identity
func azureToken(w http.ResponseWriter, r *http.Request) {
	later := strconv.FormatInt(time.Now().Add(time.Hour).Unix(), 10)
	reply(w, http.StatusOK, map[string]string{"access_token": "fake", "expires_on": later, "resource": r.URL.Query().Get("resource"), "token_type": "Bearer"})
}

// vault plays the transit engine: PUT /v1/transit/encrypt/{key}.
// https://developer.hashicorp.com/vault/api-docs/secret/transit
func (s *Server) vault(w http.ResponseWriter, r *http.Request) {
	deny := func(status int, message string) { reply(w, status, map[string]any{"errors": []string{message}}) }
	if r.Header.Get("X-Vault-Token") == "" {
		deny(http.StatusForbidden, "permission denied")
		return
	}
	if !s.enter(r, func(m string) { deny(http.StatusForbidden, m) }) {
		return
	}
	parts := strings.Split(r.URL.Path, "/") // "", v1, engine, operation, key
	in, err := read[struct{ Plaintext, Ciphertext string }](r)
	if err != nil || len(parts) < 5 {
		deny(http.StatusBadRequest, "the request cannot be read")
		return
	}
	a := Ask{Service: "vault", Op: parts[len(parts)-2], Key: parts[len(parts)-1]}
	text := in.Plaintext
	if a.Op == "decrypt" {
		text = strings.TrimPrefix(in.Ciphertext, "vault:v1:")
	}
	data, err := base64.StdEncoding.DecodeString(text)
	if err == nil {
		data, err = s.carry(a, data)
	}
	if err != nil {
		deny(http.StatusBadRequest, err.Error())
		return
	}
	out := map[string]string{"plaintext": base64.StdEncoding.EncodeToString(data)}
	if a.Op == "encrypt" {
		out = map[string]string{"ciphertext": "vault:v1:" + out["plaintext"]}
	}
	reply(w, http.StatusOK, map[string]any{"data": out})
}
