package kmsfake

import (
	"encoding/binary"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// gcpGRPC plays Cloud KMS over gRPC. A message is a byte, its length and its
// fields; those that matter are texts and bytes, so that no library is needed:
// name is 1 and the data 2 of a request, the ciphertext is 2 and the plaintext
// 1 of an answer (google/cloud/kms/v1/service.proto).
func (s *Server) gcpGRPC(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/grpc")
	end := func(code int, message string) {
		w.Header().Set(http.TrailerPrefix+"Grpc-Status", strconv.Itoa(code))
		w.Header().Set(http.TrailerPrefix+"Grpc-Message", message)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || len(body) < 5 {
		end(3, "the request cannot be read")
		return
	}
	const denied, invalid = 7, 3
	if !s.enter(r, func(m string) { end(denied, m) }) {
		return
	}
	fields, err := readFields(body[5:])
	if err != nil {
		end(invalid, err.Error())
		return
	}
	op := strings.ToLower(r.PathValue("op"))
	out, err := s.carry(Ask{Service: "gcp", Op: op, Key: string(fields[1])}, fields[2])
	if err != nil {
		end(invalid, err.Error())
		return
	}
	message := field(1, out)
	if op == "encrypt" {
		message = append(field(1, fields[1]), field(2, out)...)
	}
	head := binary.BigEndian.AppendUint32([]byte{0}, uint32(len(message)))
	_, _ = w.Write(append(head, message...)) // who asked may have gone
	end(0, "")
}

const lengthDelimited = 2 // wire type of texts, bytes and messages

func field(number int, data []byte) []byte {
	out := binary.AppendUvarint(nil, uint64(number<<3|lengthDelimited))
	out = binary.AppendUvarint(out, uint64(len(data)))
	return append(out, data...)
}

func readFields(b []byte) (map[int][]byte, error) {
	fields := map[int][]byte{}
	for len(b) > 0 {
		tag, n := binary.Uvarint(b)
		size, m := binary.Uvarint(b[max(n, 0):])
		if n <= 0 || m <= 0 {
			return nil, errors.New("a field cannot be read")
		}
		b = b[n+m:]
		if tag&7 != lengthDelimited { // a number: it was read as the size
			continue
		}
		if size > uint64(len(b)) {
			return nil, errors.New("a field is cut")
		}
		fields[int(tag>>3)] = b[:size]
		b = b[size:]
	}
	return fields, nil
}
