package main

/*
#cgo pkg-config: precompile-runtime
#include <precompile.h>
#include <stdlib.h>
*/
import "C"

import (
	"errors"
	"unsafe"
)

// Runtime opens artifacts.
type Runtime struct{ pointer *C.precompile_runtime_t }

// NewRuntime makes a runtime without demands on artifacts.
func NewRuntime() (*Runtime, error) {
	var runtime Runtime
	return &runtime, refused(C.precompile_runtime_new(nil, &runtime.pointer))
}

// Open opens the artifact in a file. It is machine code with the rights of this process: the caller vouches for it.
func (runtime *Runtime) Open(path string) (*Program, error) {
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	var program Program
	if err := refused(C.precompile_open_file(runtime.pointer, name, &program.pointer)); err != nil {
		return nil, err
	}
	return &program, nil
}

// Close deletes the runtime; its programs stay.
func (runtime *Runtime) Close() { C.precompile_runtime_delete(runtime.pointer) }

// refused is an error of precompile.h for Go, with every reason.
func refused(failure *C.precompile_error_t) error {
	if failure == nil {
		return nil
	}
	defer C.precompile_error_delete(failure)
	return errors.New(C.GoString(C.precompile_error_message(failure)))
}
