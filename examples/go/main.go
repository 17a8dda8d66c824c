// main opens an artifact, calls it, and has it call Go. With a second artifact, it asks whether both can share a store.
package main

import (
	"fmt"
	"os"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(paths []string) error {
	if len(paths) == 0 {
		return fmt.Errorf("name an artifact")
	}
	runtime, err := NewRuntime()
	if err != nil {
		return err
	}
	defer runtime.Close()
	program, err := runtime.Open(paths[0])
	if err != nil {
		return err
	}
	defer program.Close()

	lines := 0
	guest, err := program.Instantiate(func(text string) int32 {
		lines++
		fmt.Printf("line %d: %s\n", lines, text)
		return int32(lines)
	})
	if err != nil {
		return err
	}
	defer guest.Close()
	sum, err := guest.Call("run", 20, 22)
	if err != nil {
		return err
	}
	fmt.Println("20 and 22 are", sum)

	// A trap is an error, also where it is a signal for the process.
	for _, call := range []struct {
		name       string
		one, other int32
	}{{"divide", 1, 0}, {"load", -65536, 0}, {"overrun", 65530, 7}} {
		_, err := guest.Call(call.name, call.one, call.other)
		fmt.Printf("%s ends: %v\n", call.name, err)
	}
	if len(paths) == 1 {
		return nil
	}
	other, err := runtime.Open(paths[1])
	if err != nil {
		return err
	}
	defer other.Close()
	return guest.Check(other)
}
