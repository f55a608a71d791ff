// Package diff compares deliveries and bodies by what they mean, not by how they are written.
package diff
