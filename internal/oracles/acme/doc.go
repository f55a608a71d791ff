// Package acme holds hook-relay's certificates to an authority that is not ours, pebble, and to a name server that isn't either: named
// of BIND, where it is installed. The relay is the real binary.
package acme
