package conform

import (
	"encoding/xml"
	"fmt"
	"strings"
)

// The elements of a JUnit report, as CI systems read it.
type suite struct {
	XMLName  xml.Name `xml:"testsuite"`
	Name     string   `xml:"name,attr"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Skipped  int      `xml:"skipped,attr"`
	Time     string   `xml:"time,attr"`
	Cases    []testCase
}

type testCase struct {
	XMLName xml.Name `xml:"testcase"`
	Class   string   `xml:"classname,attr"`
	Name    string   `xml:"name,attr"`
	Time    string   `xml:"time,attr"`
	Failure *message `xml:"failure"`
	Skipped *message `xml:"skipped"`
	Out     string   `xml:"system-out,omitempty"`
}

type message struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// JUnit writes the report as XML.
func (r Report) JUnit() []byte {
	s := suite{Name: r.Task, Tests: len(r.Checks), Failures: r.Failed, Time: fmt.Sprintf("%.3f", r.Seconds)}
	for _, c := range r.Checks {
		t := testCase{Class: r.Task, Name: c.Name, Time: fmt.Sprintf("%.3f", c.Seconds)}
		m := &message{Message: c.Text, Text: strings.Join(c.Details, "\n")}
		switch c.State {
		case Failed:
			t.Failure = m
		case Unsure, Skipped:
			t.Skipped = m
			s.Skipped++
		default:
			t.Out = c.Text
		}
		s.Cases = append(s.Cases, t)
	}
	text, err := xml.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil // texts and numbers always encode
	}
	return append([]byte(xml.Header), append(text, '\n')...)
}
