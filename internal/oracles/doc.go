// Package oracles holds package signature to the providers' own libraries: each says whether it accepts what hook signed
// and refuses what was changed on the way, and what a library signs hook must verify.
//
// It is a module of its own, so that hook depends on none of those libraries, and it has tests only. The libraries for
// Go are in go.mod; those for Node are in node/package.json and run in one process, node/judge.mjs, which the tests
// start. Before the first run:
//
//	npm ci --prefix node
//
// Without Node or its packages those tests are skipped; with HOOK_ORACLES=1 they fail instead.
package oracles
