// Package conform holds a connector to what Flow expects of every one: a
// conformance run, with snapshots of what it answers.
//
// [Run] makes the checks one after the other, by the requests and sessions of
// pkg/run; [Report.JUnit] writes the report as CI systems read it.
package conform
