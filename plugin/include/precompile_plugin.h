/*
 * The interface of plugins: shared libraries that give guests of `precompile-run --plugin FILE` functions to import.
 *
 * A plugin exports one symbol, `precompile_plugin`. It is native code with all rights of the process, and no limit of
 * the runner's holds for it. All calls come from one thread at a time, not always the same. No exception and no panic
 * may leave a function of a plugin.
 *
 * The interface has a version. A runner refuses a plugin of another one. Fields are never added to a version.
 */
#ifndef PRECOMPILE_PLUGIN_H
#define PRECOMPILE_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this interface. */
#define PRECOMPILE_PLUGIN_VERSION 1

/* The most parameters, and the most results, of a function. */
#define PRECOMPILE_MAX_VALUES 16

/* The end of a call. */
#define PRECOMPILE_DONE 0 /* The results are in `values`. */
#define PRECOMPILE_TRAP 1 /* The guest is to trap. `fail` says why. */
#define PRECOMPILE_EXIT 2 /* The guest is to end. `values[0]` is its exit code, of which a system keeps the low byte. */

/* A text in UTF-8, without a zero at its end. */
typedef struct precompile_text {
  const char *bytes;
  size_t length;
} precompile_text_t;

/* An environment variable of the guest, of `--env`. */
typedef struct precompile_variable {
  precompile_text_t name;
  precompile_text_t value;
} precompile_variable_t;

/* A folder of the guest, of `--dir`. Its path on this machine may hold any bytes but zero. */
typedef struct precompile_folder {
  precompile_text_t host;
  precompile_text_t guest;
  uint32_t is_writable;
} precompile_folder_t;

/* All that the command line gives a guest. It is valid until `open` returns. */
typedef struct precompile_setup {
  /* The first is the name of the program. */
  const precompile_text_t *arguments;
  size_t argument_count;
  const precompile_variable_t *variables;
  size_t variable_count;
  const precompile_folder_t *folders;
  size_t folder_count;
  /* Says why `open` returns NULL. The text is copied. */
  void (*fail)(const struct precompile_setup *setup, const char *message, size_t length);
} precompile_setup_t;

/* The guest that calls a function. It is valid until that call returns. */
typedef struct precompile_guest {
  /* The size in bytes of the memory that the guest exports as `memory`; 0 without one. */
  uint64_t (*size)(const struct precompile_guest *guest);
  /* The bytes of that memory from an offset on, to be read and written; NULL if it doesn't have so many. The pointer is
   * valid until the call returns. A memory may be shared with other threads of the guest. */
  uint8_t *(*slice)(const struct precompile_guest *guest, uint64_t offset, uint64_t length);
  /* Says why the call returns PRECOMPILE_TRAP. The text is copied. */
  void (*fail)(const struct precompile_guest *guest, const char *message, size_t length);
} precompile_guest_t;

/* A function that guests import. */
typedef struct precompile_function {
  /* The name of the module, and the name in it. */
  precompile_text_t module;
  precompile_text_t name;
  /* The types of the parameters and of the results, a letter each: `i` i32, `j` i64, `f` f32, `d` f64. */
  precompile_text_t params;
  precompile_text_t results;
  /* Called with what `open` returned, the guest, this function, and an array of PRECOMPILE_MAX_VALUES values. It begins
   * with the parameters, and is to begin with the results. A value is the bits of its type, in the low bits. Returns
   * PRECOMPILE_DONE, PRECOMPILE_TRAP or PRECOMPILE_EXIT. */
  uint32_t (*call)(void *state, const precompile_guest_t *guest, const struct precompile_function *function,
                   uint64_t *values);
  /* Anything of the plugin's. */
  const void *data;
} precompile_function_t;

/* A plugin. It is valid, and doesn't change, until the process ends. */
typedef struct precompile_plugin {
  /* PRECOMPILE_PLUGIN_VERSION. */
  uint32_t version;
  /* The functions. */
  const precompile_function_t *functions;
  size_t function_count;
  /* Makes the state of a guest: any pointer but NULL, which is an error. */
  void *(*open)(const precompile_setup_t *setup);
  /* Frees the state of a guest, which has ended. */
  void (*close)(void *state);
} precompile_plugin_t;

/* Exported by the plugin. The runner calls it once. */
const precompile_plugin_t *precompile_plugin(void);

#ifdef __cplusplus
}
#endif

#endif
