package main

/*
#include <precompile.h>
#include <stdlib.h>

// Go has no unions.
static inline wasmtime_val_t from_i32(int32_t value) {
    return (wasmtime_val_t){.kind = WASMTIME_I32, .of = {.i32 = value}};
}
static inline int32_t to_i32(const wasmtime_val_t *value) { return value->of.i32; }
static inline wasmtime_func_t *to_func(wasmtime_extern_t *item) {
    return item->kind == WASMTIME_EXTERN_FUNC ? &item->of.func : NULL;
}
static inline wasmtime_memory_t *to_memory(wasmtime_extern_t *item) {
    return item->kind == WASMTIME_EXTERN_MEMORY ? &item->of.memory : NULL;
}
*/
import "C"

import (
	"errors"
	"fmt"
	"runtime/cgo"
	"strings"
	"unsafe"
)

// Guest is an instance in a store of its own. One goroutine at a time uses it.
type Guest struct {
	store    *C.wasmtime_store_t
	context  *C.wasmtime_context_t
	instance C.wasmtime_instance_t
	log      cgo.Handle
	cell     *C.uintptr_t
}

// Call calls an exported function of two numbers with one result.
func (guest *Guest) Call(name string, one, other int32) (int32, error) {
	var item C.wasmtime_extern_t
	text := C.CString(name)
	defer C.free(unsafe.Pointer(text))
	found := C.wasmtime_instance_export_get(guest.context, &guest.instance, text, C.size_t(len(name)), &item)
	if !found || C.to_func(&item) == nil {
		return 0, fmt.Errorf("the guest has no function %s", name)
	}
	arguments := [2]C.wasmtime_val_t{C.from_i32(C.int32_t(one)), C.from_i32(C.int32_t(other))}
	var result C.wasmtime_val_t
	var trap *C.wasm_trap_t
	failure := C.wasmtime_func_call(guest.context, C.to_func(&item), &arguments[0], 2, &result, 1, &trap)
	if err := failed(failure, trap); err != nil {
		return 0, err
	}
	return int32(C.to_i32(&result)), nil
}

// Check says why a program can't share the guest's store, or nil if it can.
func (guest *Guest) Check(program *Program) error {
	return refused(C.precompile_program_check(program.pointer, nil, guest.context))
}

// Close deletes the store with all that is in it.
func (guest *Guest) Close() {
	C.wasmtime_store_delete(guest.store)
	guest.log.Delete()
	C.free(unsafe.Pointer(guest.cell))
}

// precompileExampleLog is called by the guest. No panic may leave it.
//
//export precompileExampleLog
func precompileExampleLog(env unsafe.Pointer, caller *C.wasmtime_caller_t, arguments *C.wasmtime_val_t, count C.size_t,
	results *C.wasmtime_val_t, resultCount C.size_t) (trap *C.wasm_trap_t) {
	defer func() {
		if cause := recover(); cause != nil {
			trap = trapWith(fmt.Sprint("the host panicked: ", cause))
		}
	}()
	given := unsafe.Slice(arguments, count)
	text, err := textOf(caller, uint64(uint32(C.to_i32(&given[0]))), uint64(uint32(C.to_i32(&given[1]))))
	if err != nil {
		return trapWith(err.Error())
	}
	log := cgo.Handle(*(*C.uintptr_t)(env)).Value().(Log)
	*results = C.from_i32(C.int32_t(log(text)))
	return nil
}

// textOf copies a text out of the memory of a caller. What a guest passes is anything.
func textOf(caller *C.wasmtime_caller_t, from, count uint64) (string, error) {
	var item C.wasmtime_extern_t
	name := C.CString("memory")
	defer C.free(unsafe.Pointer(name))
	if !C.wasmtime_caller_export_get(caller, name, 6, &item) || C.to_memory(&item) == nil {
		return "", errors.New("the guest exports no memory")
	}
	context, memory := C.wasmtime_caller_context(caller), C.to_memory(&item)
	if from+count > uint64(C.wasmtime_memory_data_size(context, memory)) {
		return "", errors.New("the text is out of bounds")
	}
	start := unsafe.Add(unsafe.Pointer(C.wasmtime_memory_data(context, memory)), from)
	return string(unsafe.Slice((*byte)(start), count)), nil
}

// trapWith is a trap with this text.
func trapWith(text string) *C.wasm_trap_t {
	message := C.CString(text)
	defer C.free(unsafe.Pointer(message))
	return C.wasmtime_trap_new(message, C.size_t(len(text)))
}

// failed is a failure or a trap of wasmtime.h for Go.
func failed(failure *C.wasmtime_error_t, trap *C.wasm_trap_t) error {
	var text C.wasm_byte_vec_t
	switch {
	case failure != nil:
		C.wasmtime_error_message(failure, &text)
		C.wasmtime_error_delete(failure)
	case trap != nil:
		C.wasm_trap_message(trap, &text)
		C.wasm_trap_delete(trap)
	default:
		return nil
	}
	defer C.wasm_byte_vec_delete(&text)
	// The texts of traps end with a zero.
	return errors.New(strings.TrimRight(string(C.GoBytes(unsafe.Pointer(text.data), C.int(text.size))), "\n\x00"))
}
