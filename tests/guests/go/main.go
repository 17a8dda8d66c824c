// A trap some calls deep, in another package. A panic of Go's is none: it ends the program with an exit code.
package main

import (
	"os"

	"example/trap/steps"
)

func main() {
	ring := steps.Ring[int]{Parts: []int{3, 2, len(os.Args) - 1}}
	os.Exit(ring.Walk(0))
}
