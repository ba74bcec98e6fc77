package jsonschema_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/jsonschema"
)

// Schemas as the tools of the field write them, with documents and what is wrong with these.
func TestSchemasOfTheField(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		schema string
		found  map[string][]string // by document
	}{
		"pydantic, of a resource with alternatives": {
			`{"$defs":{"Cursor":{"properties":{"kind":{"const":"cursor","default":"cursor","title":"Kind","type":"string"},"field":{"title":"Field","type":"string"}},"required":["field"],"title":"Cursor","type":"object"},
			"Full":{"properties":{"kind":{"const":"full","default":"full","title":"Kind","type":"string"}},"title":"Full","type":"object","additionalProperties":false}},
			"properties":{"mode":{"discriminator":{"mapping":{"cursor":"#/$defs/Cursor","full":"#/$defs/Full"},"propertyName":"kind"},"oneOf":[{"$ref":"#/$defs/Cursor"},{"$ref":"#/$defs/Full"}],"title":"Mode"},
			"limit":{"anyOf":[{"exclusiveMinimum":0,"type":"integer"},{"type":"null"}],"default":null,"title":"Limit"},"tags":{"items":{"type":"string"},"title":"Tags","type":"array","uniqueItems":true}},"required":["mode"],"title":"Config","type":"object"}`,
			map[string][]string{
				`{"mode":{"kind":"cursor","field":"at"},"limit":5,"tags":["a","b"]}`: nil,
				`{"mode":{"kind":"full"},"limit":null}`:                              nil,
				`{"mode":{"kind":"full"},"limit":0}`:                                 {"/limit: got 0, want more than 0 (/properties/limit/anyOf/0/exclusiveMinimum)"},
				`{"mode":{"kind":"full"},"limit":"5"}`:                               {`/limit: got string "5", want null or integer (/properties/limit/anyOf)`},
				`{"mode":{"kind":"other","field":"at"}}`:                             {`/mode: got {"kind":"other","field":"at"}, want one of 2 forms (/properties/mode/oneOf)`},
				`{"mode":{"kind":"full"},"tags":["a","a"]}`:                          {"/tags: want no item twice (/properties/tags/uniqueItems)"},
				`{}`: {`/: want the property "mode" (/required)`},
			},
		},
		"Airbyte, of a stream, draft 7": {
			`{"$schema":"http://json-schema.org/draft-07/schema#","type":"object","additionalProperties":true,"properties":{"id":{"type":["null","integer"]},"email":{"type":["null","string"],"format":"email"},"created_at":{"type":["null","string"],"format":"date-time","airbyte_type":"timestamp_with_timezone"},
			"amount":{"type":["null","number"],"multipleOf":1e-8},"address":{"type":["null","object"],"properties":{"city":{"type":["null","string"]}}},"items":{"type":["null","array"],"items":{"type":["null","object"],"properties":{"sku":{"type":["null","string"]}}}}}}`,
			map[string][]string{
				`{"id":1,"email":"a@b.c","created_at":"2026-11-26T01:02:03.456789+00:00","amount":0.00000001,"address":{"city":null},"items":[null,{"sku":"x"}],"more":1}`: nil,
				`{"id":null,"email":null,"created_at":null,"amount":null,"address":null,"items":null}`:                                                                     nil,
				`{"created_at":"2026-11-26"}`:             {`/created_at: got "2026-11-26", want the format date-time (/properties/created_at/format)`},
				`{"created_at":"2026-11-26 01:02:03"}`:    {`/created_at: got "2026-11-26 01:02:03", want the format date-time (/properties/created_at/format)`},
				`{"amount":1e-9}`:                         {"/amount: got 1e-9, want a multiple of 1e-8 (/properties/amount/multipleOf)"},
				`{"id":"1","items":[{"sku":5}]}`:          {`/id: got string "1", want null or integer (/properties/id/type)`, `/items/0/sku: got number 5, want null or string (/properties/items/items/properties/sku/type)`},
				`{"address":[],"email":"not an address"}`: {`/address: got an array, want null or object (/properties/address/type)`, `/email: got "not an address", want the format email (/properties/email/format)`},
			},
		},
		"a database tap, draft 4": {
			`{"type":"object","properties":{"id":{"type":"integer","minimum":-2147483648,"maximum":2147483647},"big":{"type":["null","integer"],"minimum":-9223372036854775808,"maximum":9223372036854775807},
			"ratio":{"type":["null","number"],"minimum":0,"exclusiveMinimum":true,"maximum":1,"exclusiveMaximum":false},"flag":{"enum":[0,1,null]},"code":{"type":"string","maxLength":3}},"definitions":{"sdc_recursive_integer_array":{"type":["null","integer","array"],"items":{"$ref":"#/definitions/sdc_recursive_integer_array"}}},"additionalProperties":{"$ref":"#/definitions/sdc_recursive_integer_array"}}`,
			map[string][]string{
				`{"id":2147483647,"big":-9223372036854775808,"ratio":1,"flag":null,"code":"äöü","more":[1,[2,[null]]]}`: nil,
				`{"id":2147483648,"big":9223372036854775808}`:                                                           {`/id: got 2147483648, want at most 2147483647 (/properties/id/maximum)`, `/big: got 9223372036854775808, want at most 9223372036854775807 (/properties/big/maximum)`},
				`{"ratio":0,"flag":2}`:             {`/ratio: got 0, want more than 0 (/properties/ratio/minimum)`, `/flag: got 2, want one of [0,1,null] (/properties/flag/enum)`},
				`{"code":"äöüß","more":[1,["x"]]}`: {`/code: got "äöüß", want at most 3 characters (/properties/code/maxLength)`, `/more/1/0: got string "x", want null, integer or array (/definitions/sdc_recursive_integer_array/type)`},
			},
		},
		"Flow's own collections": {
			`{"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"file:///x/test.flow.yaml?ptr=/collections/a","type":"object","required":["_meta","id"],"properties":{"_meta":{"type":"object","required":["op","uuid"],"properties":{"op":{"enum":["c","u","d"]},"uuid":{"type":"string"},"before":{"$ref":"#"}}},"id":{"type":"integer"}},
			"x-infer-schema":true,"allOf":[{"if":{"properties":{"_meta":{"properties":{"op":{"const":"d"}}}}},"then":{"reduce":{"delete":true,"strategy":"merge"}},"else":{"reduce":{"strategy":"merge"},"required":["name"]}}]}`,
			map[string][]string{
				`{"_meta":{"op":"d","uuid":"x"},"id":1}`:                   nil,
				`{"_meta":{"op":"u","uuid":"x"},"id":1,"name":"a"}`:        nil,
				`{"_meta":{"op":"u","uuid":"x"},"id":1}`:                   {`/: want the property "name" (/allOf/0/else/required)`},
				`{"_meta":{"op":"x","uuid":"x"},"id":1,"name":"a"}`:        {`/_meta/op: got "x", want one of ["c","u","d"] (/properties/_meta/properties/op/enum)`},
				`{"_meta":{"op":"d","uuid":"x","before":{"id":2}},"id":1}`: {`/_meta/before: want the property "_meta" (/required)`},
			},
		},
	} {
		s, err := jsonschema.Compile([]byte(tt.schema))
		if err != nil || len(s.Problems) > 0 {
			t.Errorf("%s: %v, %q", name, err, s.Problems)
			continue
		}
		for document, want := range tt.found {
			got := validate(t, tt.schema, document)
			slices.Sort(got)
			if slices.Sort(want); !slices.Equal(got, want) {
				t.Errorf("%s\n%s\ngot  %q\nwant %q", name, document, got, want)
			}
		}
	}
}

// Each format takes what its specification gives as examples, and refuses what comes near it.
func TestFormatsByTheirSpecifications(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		format    string
		good, bad []string
	}{
		{"date", []string{"1963-06-19", "2020-01-31", "2000-02-29", "9999-12-31"}, []string{"2020-01-32", "2021-02-29", "1900-02-29", "2020-04-31", "2020-00-10", "2020-13-01", "06/19/1963", "2013-350", "1998-1-20", "1998-01-1", "1963-06-1৪", "20230328", "2023-W13-2", "2022W527", " 2020-01-01", "2020-01-01 ", "-2020-01-01", ""}},
		{"date-time", []string{"1963-06-19T08:30:06.283185Z", "1963-06-19T08:30:06Z", "2026-01-01T12:24:05Z", "2026-01-01T23:24:25+23:59", "1937-01-01T12:00:27.87+00:20", "1990-12-31T15:59:50.123-08:00", "1998-12-31T23:59:60Z", "1963-06-19t08:30:06.283185z", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00.123456789012Z"},
			[]string{"1998-12-31T23:59:61Z", "1990-02-31T15:59:59.123-08:00", "1990-12-31T15:59:59-24:00", "1963-06-19T08:30:06.28123+01:00Z", "06/19/1963 08:30:06 PST", "2013-350T01:01:01", "1963-6-19T08:30:06.283185Z", "1963-06-1T08:30:06.283185Z", "1963-06-19T8:30:06.283185Z", "1963-06-19T08:3:06.283185Z", "1963-06-19T08:30:6.283185Z", "1963-06-19T08:30:06.Z", "1963-06-19T08:30:06", "1963-06-19T24:00:00Z", "1963-06-19T08:60:00Z", "1963-06-19", "11963-06-19T08:30:06Z", "1963-06-19T08:30:06,5Z", ""}},
		{"time", []string{"08:30:06Z", "08:24:06Z", "08:30:24Z", "08:30:06.283185Z", "08:30:06+00:20", "23:59:60Z", "00:00:00-23:59", "08:30:06z"}, []string{"08:30:06", "8:30:06Z", "08:3:06Z", "08:30:6Z", "24:00:00Z", "00:60:00Z", "00:00:61Z", "08:30:06 PST", "01:01:01,1111", "08:30:06-8:00", "08:30:06#00:20", "8:30:06.00000Z", "", "T08:30:06Z"}},
		{"duration", []string{"P4DT12H30M5S", "P4Y", "PT0S", "P0D", "P1M", "PT1M", "PT36H", "P1DT12H", "P2W", "PT1.5S"}, []string{"PT1D", "P", "P1YT", "PT", "P2D1Y", "P1D2H", "P2S", "P1Y2W", "4DT12H30M5S", "P-1D", "P1", "P২Y", "P1D ", ""}},
		{"email", []string{"joe.bloggs@example.com", "te~st@example.com", "~test@example.com", "a@b"}, []string{"2962", "@example.com", "joe@", "joe @example.com", "joe@exa mple.com", "a@b@c", ""}},
		{"hostname", []string{"www.example.com", "xn--4gbwdl.xn--wgbh1c", "a.b", "localhost", "1.2.3.4", strings.Repeat("a", 63) + ".com"}, []string{"-a-host-name-that-starts-with--", "not_a_valid_host_name", "ends-", ".a", "a.", "a..b", strings.Repeat("a", 64), strings.Repeat("a.", 127) + "ab", "a b", ""}},
		{"ipv4", []string{"192.168.0.1", "0.0.0.0", "255.255.255.255"}, []string{"127.0.0.0.1", "256.256.256.256", "127.0", "0x7f000001", "2130706433", "087.10.0.1", "87.10.0.01", "1২7.0.0.1", "192.168.1.0/24", " 1.2.3.4", "1.2.3.4 ", "::1", ""}},
		{"ipv6", []string{"::1", "::", "::abef", "1::d6:192.168.0.1", "1:2:3:4:5:6:7:8", "2001:DB8::1", "::ffff:192.168.0.1"}, []string{"12345::", "::abcef", "1:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1", "::laptop", ":2:3:4:5:6:7:8", "1:2:3:4:5:6:7:", "1::2::3", "1:2::192.168.256.1", "1.2.3.4", "fe80::a%eth1", "2001:db8::/32", " ::1", "::1 ", ""}},
		{"uuid", []string{"2EB8AA08-AA98-11EA-B4AA-73B441D16380", "2eb8aa08-aa98-11ea-b4aa-73b441d16380", "00000000-0000-0000-0000-000000000000", "99c17cbb-656f-f64a-940f-1a4568f03487"}, []string{"2eb8aa08-aa98-11ea-b4aa-73b441d1638", "2eb8aa08aa9811eab4aa73b441d16380", "2eb8aa08-aa98-11ea-b4ga-73b441d16380", "2eb8-aa08-aa98-11ea-b4aa73b44-1d16380", "{2eb8aa08-aa98-11ea-b4aa-73b441d16380}", ""}},
		{"uri", []string{"http://foo.bar/?baz=qux#quux", "ftp://ftp.is.co.za/rfc/rfc1808.txt", "mailto:John.Doe@example.com", "news:comp.infosystems.www.servers.unix", "tel:+1-816-555-1212", "urn:oasis:names:specification:docbook:dtd:xml:4.1.2", "http://[2001:db8::7]/c=GB"}, []string{"//foo.bar/?baz=qux#quux", "/abc", `\\WINDOWS\fileshare`, "abc", "http:// shouldfail.com", ":// should fail", "bar,baz:foo", "http://a/<b>", "http://a/{b}", "http://a/^", ""}},
		{"uri-reference", []string{"http://foo.bar/", "//foo.bar/", "/abc", "abc", "#fragment", "?q", ""}, []string{`\\WINDOWS\fileshare`, `#frag\ment`, "a b", "<a>"}},
		{"json-pointer", []string{"/foo/bar~0/baz~1/%a", "", "/", "/foo//bar", "/foo/0", "/ ", `/"`, "/~1.1", "/~01", "/é"}, []string{"/foo/bar~", "/~0~", "/~2", "/~-1", "#", "#/", "#a", "/~0/~", "a", "0", "a/a"}},
		{"relative-json-pointer", []string{"1", "0/foo/bar", "2/0/baz/1/zip", "0#", "120/foo"}, []string{"/foo/bar", "-1/foo/bar", "+1/foo", "0##", "01/a", "01#", "", "#"}},
		{"regex", []string{"([abc])+\\s+$", "", "^a{2}$"}, []string{"^(abc]", "a{2,1}", "(", "*", `\`}},
		{"macaddr", []string{"00:1b:44:11:3a:b7", "00-1B-44-11-3A-B7"}, []string{"00:1b:44:11:3a", "00:1b:44:11:3a:b7:00", "0:1b:44:11:3a:b7", "00:1g:44:11:3a:b7", "001b44113ab7", ""}},
		{"integer", []string{"0", "-5", "123456789012345678901234567890", "007"}, []string{"1.0", "1e3", "+1", "", "-", " 1", "1 ", "0x1", "１"}},
		{"number", []string{"0", "-5.5", "1e3", "1.5E-7", "NaN", "Infinity", "-Infinity", ".5"}, []string{"", "x", "1,5", "0x1F", "inf", "nan", "1_000", "1 ", "--1", "Inf"}},
	} {
		schema := `{"format":"` + tt.format + `"}`
		check := func(list []string, want bool) {
			for _, text := range list {
				quoted, _ := json.Marshal(text)
				if got := len(validate(t, schema, string(quoted))) == 0; got != want {
					t.Errorf("%s: %q: taken is %v", tt.format, text, got)
				}
			}
		}
		check(tt.good, true)
		check(tt.bad, false)
	}
}
