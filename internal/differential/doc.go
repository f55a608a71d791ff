// Package differential holds the test that hook changes nothing: the same raw bytes are sent to an app directly and through
// a relay, a tunnel and a forwarder, and what the app and the sender see must be the same, but for a list of differences
// that is part of the test. It has no other code.
package differential
