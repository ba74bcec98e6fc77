// Package workspace knows the monorepo that connectors live in: where its root
// is, which of its folders are connectors, and what its settings are.
//
// [Open] finds the root, [Workspace.Connectors] lists the connectors, and
// [Workspace.Settings] joins flags, environment and files. The one table of
// settings is in table.go.
package workspace
