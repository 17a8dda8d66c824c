package main

/*
#include <precompile.h>
#include <stdlib.h>

// The type of wasmtime.h has `const` where Go has not.
wasm_trap_t *precompileExampleLog(void *, wasmtime_caller_t *, wasmtime_val_t *, size_t, wasmtime_val_t *, size_t);

static inline wasm_functype_t *log_type(void) {
    return wasm_functype_new_2_1(wasm_valtype_new_i32(), wasm_valtype_new_i32(), wasm_valtype_new_i32());
}
*/
import "C"

import (
	"errors"
	"runtime/cgo"
	"unsafe"
)

// Program is an opened artifact.
type Program struct{ pointer *C.precompile_program_t }

// Log is the function that the guest imports: it takes a text, and returns a number.
type Log func(text string) int32

// Instantiate makes an instance in a store of its own, with a function of Go.
func (program *Program) Instantiate(log Log) (*Guest, error) {
	module := C.precompile_program_module(program.pointer)
	if module == nil {
		return nil, errors.New("a component is no module")
	}
	defer C.wasmtime_module_delete(module)
	engine := C.precompile_program_engine(program.pointer)
	defer C.wasm_engine_delete(engine)
	linker := C.wasmtime_linker_new(engine)
	defer C.wasmtime_linker_delete(linker)

	// C keeps the number of a Go value, which is in memory of C's.
	guest := &Guest{store: C.wasmtime_store_new(engine, nil, nil), log: cgo.NewHandle(log)}
	guest.context = C.wasmtime_store_context(guest.store)
	guest.cell = (*C.uintptr_t)(C.malloc(C.sizeof_uintptr_t))
	*guest.cell = C.uintptr_t(guest.log)
	kind, host, name := C.log_type(), C.CString("host"), C.CString("log")
	defer C.wasm_functype_delete(kind)
	defer C.free(unsafe.Pointer(host))
	defer C.free(unsafe.Pointer(name))
	call := C.wasmtime_func_callback_t(C.precompileExampleLog)
	failure := C.wasmtime_linker_define_func(linker, host, 4, name, 3, kind, call, unsafe.Pointer(guest.cell), nil)
	err := failed(failure, nil)
	if err == nil {
		var trap *C.wasm_trap_t
		failure = C.wasmtime_linker_instantiate(linker, guest.context, module, &guest.instance, &trap)
		err = failed(failure, trap)
	}
	if err != nil {
		guest.Close()
		return nil, err
	}
	return guest, nil
}

// Close deletes the program; its guests stay.
func (program *Program) Close() { C.precompile_program_delete(program.pointer) }
