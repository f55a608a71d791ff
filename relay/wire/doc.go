// Package wire is the tunnel protocol: requests and responses as streams of frames over one message connection, with
// credit for each stream, cancellation, heartbeats and go-away. PROTOCOL.md beside this file is its specification.
//
// It knows nothing of endpoints, claims or apps: package relay opens streams with it, package relay/tunnel answers them.
package wire
