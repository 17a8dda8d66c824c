# precompile_add(NAME SOURCES FILE... [BACKEND cranelift|winch] [TARGET_TRIPLE TRIPLE] [CPU LEVEL] [OPTIONS OPTION...]
#                [OUTPUT_DIRECTORY FOLDER] [OUTPUTS VARIABLE]): a target of ALL that compiles WebAssembly modules and
# components ahead of time, each to an artifact of its name in OUTPUT_DIRECTORY, by default the current folder of the
# build. Without TARGET_TRIPLE the artifacts are for the system that is built for. VARIABLE gets their paths.
#
# PRECOMPILE_EXECUTABLE names the command, which is otherwise searched in PATH. A newer command compiles all again.
include_guard()
cmake_policy(PUSH)
cmake_policy(VERSION 3.20)

# Looks for the command only where this machine's programs are, also where CMake compiles for another.
find_program(PRECOMPILE_EXECUTABLE precompile DOC "The command precompile" NO_CMAKE_FIND_ROOT_PATH)

# _precompile_triple(VARIABLE): the target that follows from the system that is built for.
function(_precompile_triple variable)
    set(processor "${CMAKE_SYSTEM_PROCESSOR}")
    if(CMAKE_SYSTEM_NAME STREQUAL "Darwin" AND CMAKE_OSX_ARCHITECTURES)
        set(processor "${CMAKE_OSX_ARCHITECTURES}")
    elseif(CMAKE_GENERATOR_PLATFORM)
        set(processor "${CMAKE_GENERATOR_PLATFORM}")
    endif()
    string(TOLOWER "${processor}" processor)
    if(processor MATCHES "^(x86_64|amd64|x64)$")
        set(processor x86_64)
    elseif(processor MATCHES "^(aarch64|arm64)$")
        set(processor aarch64)
    endif()
    set(platform "${CMAKE_SYSTEM_NAME}-${processor}")
    if(platform MATCHES "^Linux-(x86_64|aarch64|s390x)$")
        set(triple "${processor}-unknown-linux-gnu")
    elseif(platform STREQUAL "Linux-riscv64")
        set(triple "riscv64gc-unknown-linux-gnu")
    elseif(platform MATCHES "^Darwin-(x86_64|aarch64)$")
        set(triple "${processor}-apple-darwin")
    elseif(platform MATCHES "^Windows-(x86_64|aarch64)$")
        set(triple "${processor}-pc-windows-msvc")
    else()
        message(FATAL_ERROR "no target of precompile follows from the system `${platform}`: give TARGET_TRIPLE")
    endif()
    set(${variable} "${triple}" PARENT_SCOPE)
endfunction()

# _precompile_check(PATH): refuses a path that CMake, make or ninja would take for another one.
function(_precompile_check path)
    string(REGEX REPLACE "^[A-Za-z]:/" "/" without_drive "${path}")
    if(without_drive MATCHES "[][\"'$%&#;:*?<>|=^`\\\n]")
        message(FATAL_ERROR
            "precompile_add: `${path}` holds `${CMAKE_MATCH_0}`, which build files can't hold: rename it")
    endif()
endfunction()

function(precompile_add name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "BACKEND;TARGET_TRIPLE;CPU;OUTPUT_DIRECTORY;OUTPUTS" "SOURCES;OPTIONS")
    if(arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "precompile_add: unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
    endif()
    if(NOT arg_SOURCES)
        message(FATAL_ERROR "precompile_add: there are no SOURCES")
    endif()
    if(NOT PRECOMPILE_EXECUTABLE)
        message(FATAL_ERROR
            "precompile_add: there is no `precompile` in PATH: install it, or set PRECOMPILE_EXECUTABLE")
    endif()
    if(NOT arg_TARGET_TRIPLE)
        _precompile_triple(arg_TARGET_TRIPLE)
    endif()
    if(NOT arg_BACKEND)
        set(arg_BACKEND cranelift)
    endif()
    set(options --backend "${arg_BACKEND}" --target "${arg_TARGET_TRIPLE}")
    if(arg_CPU)
        list(APPEND options --cpu "${arg_CPU}")
    endif()
    if(NOT arg_OUTPUT_DIRECTORY)
        set(arg_OUTPUT_DIRECTORY .)
    endif()
    get_filename_component(folder "${arg_OUTPUT_DIRECTORY}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_BINARY_DIR}")
    file(MAKE_DIRECTORY "${folder}")

    set(outputs)
    foreach(source IN LISTS arg_SOURCES)
        get_filename_component(path "${source}" ABSOLUTE)
        get_filename_component(base "${source}" NAME_WLE)
        set(output "${folder}/${base}.cwasm")
        _precompile_check("${path}")
        _precompile_check("${output}")
        # The time is set where the artifact is the same: make would run the command again and again otherwise.
        add_custom_command(
            OUTPUT "${output}"
            COMMAND "${PRECOMPILE_EXECUTABLE}" compile --quiet ${options} ${arg_OPTIONS}
                --depfile "${output}.d" --output "${output}" -- "${path}"
            COMMAND "${CMAKE_COMMAND}" -E touch_nocreate "${output}"
            DEPENDS "${path}" "${PRECOMPILE_EXECUTABLE}"
            DEPFILE "${output}.d"
            COMMENT "Compiling ${source} for ${arg_TARGET_TRIPLE}"
            VERBATIM)
        list(APPEND outputs "${output}")
    endforeach()
    add_custom_target(${name} ALL DEPENDS ${outputs})
    if(arg_OUTPUTS)
        set(${arg_OUTPUTS} "${outputs}" PARENT_SCOPE)
    endif()
endfunction()

cmake_policy(POP)
