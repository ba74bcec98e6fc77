package run

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/flow"
)

// selected gives the fields that are chosen for a binding of acmeCo/c, whose fields are a, b, in/x,
// in/deep/y, and Extra, an explicit one for /in/x.
func selected(t *testing.T, fields, validated string) (string, error) {
	t.Helper()
	dir := testkit.Tree(t, map[string]string{"test.flow.yaml": `materializations:
  acmeCo/m: {endpoint: {local: {command: [x], config: {}}}, bindings: [{resource: {}, source: acmeCo/c, fields: ` + fields + `}]}
collections:
  acmeCo/c:
    key: [/b, /a]
    schema: {type: object, properties: {a: {type: integer}, b: {type: string}, c: {}, in: {type: object, properties: {x: {}, deep: {type: object, properties: {y: {}}}}}}}
    projections: {Extra: /in/x}
`})
	catalog, err := flow.Load(dir + "/test.flow.yaml")
	if err != nil {
		t.Fatal(err)
	}
	task, err := catalog.Task("")
	if err != nil {
		t.Fatal(err)
	}
	bindings, err := task.Bindings()
	if err != nil {
		t.Fatal(err)
	}
	col, err := catalog.Collection("acmeCo/c")
	if err != nil {
		t.Fatal(err)
	}
	b := &bound{Binding: bindings[0], collection: col, spec: col.Spec()}
	var v flow.ValidatedBinding
	if err := json.Unmarshal([]byte(validated), &v); err != nil {
		t.Fatal(err)
	}
	if err := b.selectFields(v); err != nil {
		return strings.ReplaceAll(err.Error(), dir+"/", ""), err
	}
	return strings.Join(b.selection.Keys, " ") + " | " + strings.Join(b.selection.Values, " ") + " | " + b.selection.Document, nil
}

// constraints writes an answer of constraints: field=TYPE, or several types of one field.
func constraints(list string) string {
	var all []string
	for item := range strings.FieldsSeq(list) {
		field, kind, _ := strings.Cut(item, "=")
		all = append(all, fmt.Sprintf(`{"field":%q,"constraint":{"type":%q,"reason":"why"}}`, field, kind))
	}
	return `{"projectionConstraints":[` + strings.Join(all, ",") + "]}"
}

// What is stored: the key in its order, then what the connector and the catalog want.
func TestWhichFieldsAreStored(t *testing.T) {
	t.Parallel()
	const optional = "a=FIELD_OPTIONAL b=FIELD_OPTIONAL c=FIELD_OPTIONAL in=FIELD_OPTIONAL in/deep=FIELD_OPTIONAL in/deep/y=FIELD_OPTIONAL Extra=FIELD_OPTIONAL flow_document=FIELD_OPTIONAL"
	for _, tt := range []struct{ fields, constraints, want string }{
		{"{}", optional, "b a | Extra c in | flow_document"}, // an explicit field counts as one at the top
		{"{recommended: true}", optional, "b a | Extra c in | flow_document"},
		{"{recommended: false}", optional, "b a | Extra | flow_document"},
		{"{recommended: 2}", optional, "b a | Extra c in in/deep | flow_document"},
		{"{recommended: 3}", optional, "b a | Extra c in in/deep in/deep/y | flow_document"},
		{"{exclude: [c, Extra]}", optional, "b a | in | flow_document"},
		{"{recommended: false, require: {in/deep/y: {}}}", optional, "b a | Extra in/deep/y | flow_document"},
		{"{exclude: [c], require: {c: {}}}", optional, "b a | Extra c in | flow_document"},
		{"{}", "", "b a |  | "}, // what has no constraint is forbidden
		{"{}", "flow_document=FIELD_REQUIRED", "b a |  | flow_document"},
		{"{}", "flow_document=FIELD_FORBIDDEN c=FIELD_REQUIRED", "b a | c | "},
		{"{recommended: false}", "in/deep/y=FIELD_REQUIRED", "b a | in/deep/y | "},
		{"{recommended: false}", "in/deep/y=LOCATION_REQUIRED", "b a | in/deep/y | "},
		{"{recommended: false, exclude: [c]}", "c=LOCATION_REQUIRED", "b a | c | "},
		{"{recommended: false}", "c=LOCATION_RECOMMENDED", "b a |  | "},
		{"{}", "c=LOCATION_RECOMMENDED", "b a | c | "},
		{"{}", "a=LOCATION_REQUIRED b=FIELD_REQUIRED", "b a |  | "},
		{"{}", "c=FIELD_OPTIONAL c=FIELD_FORBIDDEN", "b a |  | "}, // of several the strictest holds
		{"{recommended: false}", "c=FIELD_OPTIONAL c=LOCATION_REQUIRED", "b a | c | "},
		{"{recommended: false}", "c=FIELD_REQUIRED c=FIELD_OPTIONAL", "b a | c | "},
	} {
		if got, err := selected(t, tt.fields, constraints(tt.constraints)); err != nil || got != tt.want {
			t.Errorf("%s, %s: got %q, want %q", tt.fields, tt.constraints, got, tt.want)
		}
	}
	// the older form says the same
	got, err := selected(t, "{}", `{"constraints":{"c":{"type":"FIELD_OPTIONAL"},"flow_document":{"type":"FIELD_REQUIRED"}}}`)
	if err != nil || got != "b a | c | flow_document" {
		t.Errorf("got %q, %v", got, err)
	}
	got, err = selected(t, "{}", `{"constraints":{"c":{"type":"FIELD_OPTIONAL"}},"projectionConstraints":[{"field":"c","constraint":{"type":"FIELD_FORBIDDEN"}}]}`)
	if err != nil || got != "b a |  | " {
		t.Errorf("both forms: got %q, %v", got, err)
	}
}

// What makes a binding impossible is told, with the connector's reason.
func TestFieldsThatMakeABindingImpossible(t *testing.T) {
	t.Parallel()
	at := "test.flow.yaml:2:72: "
	for _, tt := range []struct {
		fields, constraints, want string
		kind                      fault.Kind
	}{
		{"{}", "c=INCOMPATIBLE", `the connector cannot take the field "c" of acmeCo/c: why`, fault.Failed},
		{"{}", "c=UNSATISFIABLE", `the connector cannot take the field "c" of acmeCo/c: why`, fault.Failed},
		{"{}", "c=FIELD_OPTIONAL c=INCOMPATIBLE", `the connector cannot take the field "c" of acmeCo/c: why`, fault.Failed},
		{"{}", "c=MAYBE", `the connector broke the protocol: it has the constraint "MAYBE" for the field "c"`, fault.Failed},
		{"{}", "c=", `the connector broke the protocol: it has the constraint "" for the field "c"`, fault.Failed},
		{"{}", "c=INVALID", `the connector broke the protocol: it has the constraint "INVALID" for the field "c"`, fault.Failed},
		{"{}", "none=FIELD_OPTIONAL", `the connector broke the protocol: it has a constraint for the field "none", which acmeCo/c does not have`, fault.Failed},
		{"{}", "none=FIELD_REQUIRED", at + `the connector needs the field "none", and acmeCo/c has none: why`, fault.Usage},
		{"{exclude: [c]}", "c=FIELD_REQUIRED", at + `the connector needs the field "c": why`, fault.Usage},
		{"{require: {c: {}}}", "c=FIELD_FORBIDDEN", at + `the connector does not take the field "c": why`, fault.Usage},
		{"{require: {none: {}}}", "c=FIELD_OPTIONAL", at + `fields: acmeCo/c has no field "none"`, fault.Usage},
	} {
		if got, err := selected(t, tt.fields, constraints(tt.constraints)); fault.KindOf(err) != tt.kind || got != tt.want {
			t.Errorf("%s, %s: got %s", tt.fields, tt.constraints, got)
		}
	}
}
