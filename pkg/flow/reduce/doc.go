// Package reduce joins documents of one key as the reduce annotations of their
// schema say, which Flow does before it stores or publishes one.
//
// Start at [Reducer.Reduce]. The strategies are in strategy.go, sets in set.go;
// https://docs.estuary.dev/reference/reduction-strategies/ tells what each does.
package reduce
