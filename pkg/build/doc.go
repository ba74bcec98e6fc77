// Package build makes the :local images of connectors with the engine that is
// there, checks them, and knows whether they are older than their sources.
//
// Start reading at [NewPlan], which decides what is built of what with which
// arguments; [Plan.Run] builds it, [Freshness] compares an image with what
// would be built now. What is put on command lines is in the folder engine.
package build
