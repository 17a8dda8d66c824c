// Package steps walks around a ring, until it traps.
package steps

// Ring has parts.
type Ring[Number int | int64] struct {
	Parts []Number
}

// trap is one instruction of WebAssembly's, in assembly.
func trap()

// Walk calls itself for each part, and traps at one of zero.
//
//go:noinline
func (ring *Ring[Number]) Walk(at int) int {
	if at == len(ring.Parts) {
		return 0
	}
	return ring.share(at) + ring.Walk(at+1)
}

//go:noinline
func (ring *Ring[Number]) share(at int) int {
	if ring.Parts[at] == 0 {
		trap()
	}
	return 100 / int(ring.Parts[at])
}
