package jsonschema

import (
	"math"
	"strconv"
)

func (c *compiler) is(v Value, kind Kind, path string) bool {
	if v.Kind() == kind {
		return true
	}
	c.problem(path, "%s is wanted", [...]string{"null", "true or false", "a number", "a text", "a list", "an object"}[kind])
	return false
}

func (c *compiler) text(v Value, path string) string {
	if !c.is(v, String, path) {
		return ""
	}
	return v.Text()
}

func (c *compiler) texts(v Value, path string) []string {
	var list []string
	if !c.is(v, Array, path) {
		return nil
	}
	for item := v.First(); item.Exists(); item = item.Next() {
		if c.is(item, String, path) {
			list = append(list, item.Text())
		}
	}
	return list
}

func (c *compiler) limit(v Value, path string) limit {
	if v.Kind() == Number && isInteger(v.Raw()) {
		if f, _ := strconv.ParseFloat(string(v.Raw()), 64); f >= 0 { // infinite when out of range
			return limit{int(min(f, math.MaxInt32)), true} // no text of a connector is so large
		}
	}
	c.problem(path, "a count is wanted")
	return limit{}
}

func (c *compiler) list(v Value, path string) []*schema {
	if !c.is(v, Array, path) {
		return nil
	}
	list := []*schema{}
	for item := v.First(); item.Exists(); item = item.Next() {
		list = append(list, c.schema(item, path+"/"+strconv.Itoa(len(list))))
	}
	return list
}

func (c *compiler) schemas(v Value, path string) map[string]*schema {
	if !c.is(v, Object, path) {
		return nil
	}
	all := map[string]*schema{}
	for m := v.First(); m.Exists(); m = m.Next() {
		all[string(m.Key())] = c.schema(m, path+"/"+escapePointer.Replace(string(m.Key())))
	}
	return all
}
