//! The shared libraries, and their versions, that the two commands need on Linux.

#![allow(clippy::print_stdout, reason = "what can't be tried here says so")]
#![cfg(all(target_os = "linux", target_env = "gnu"))]

use std::path::Path;
use std::process::Command;
use support::{Runner, precompile, run, runner};

/// The newest glibc whose symbols are needed, as README.md promises.
const GLIBC: (u32, u32) = (2, 34);
/// The glibc of the build system in README.md. A program that is linked against a newer one may need newer symbols.
const BUILT_ON: (u32, u32) = (2, 36);
/// All libraries that `precompile` needs, as README.md promises.
const LIBRARIES: &[&str] = &["libgcc_s.so.1", "libm.so.6", "libc.so.6", "ld-linux-"];
/// All libraries that `precompile-run` needs, as README.md promises.
const LIBRARIES_OF_RUNNERS: &[&str] = &["libm.so.6", "libc.so.6", "ld-linux-"];

/// A version of glibc, from the beginning of a text.
fn version(text: &str) -> Option<(u32, u32)> {
    let version = text.split(|c: char| !c.is_ascii_digit() && c != '.').next()?;
    let mut numbers = version.split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

/// The line that says why symbols aren't checked on this system, from the output of `getconf GNU_LIBC_VERSION`.
fn newer_system(printed: &str) -> Option<String> {
    let here = printed.strip_prefix("glibc ").and_then(version)?;
    let words = "not run: the newest symbols, where glibc is";
    (here > BUILT_ON).then(|| format!("{words} {}.{} and not {}.{}", here.0, here.1, BUILT_ON.0, BUILT_ON.1))
}

/// The reason why a program needs more than is promised, from the output of two tools.
fn grown(promised: &[&str], libraries: &str, symbols: &str) -> Option<String> {
    let needed = libraries.lines().filter(|line| line.contains("(NEEDED)"));
    let mut needed = needed.filter_map(|line| line.split_once('[')?.1.split_once(']')).map(|(name, _)| name);
    let other = needed.find(|name| !promised.iter().any(|known| name.starts_with(known)));
    let newest = symbols.split("GLIBC_").skip(1).filter_map(version).max().unwrap_or_default();
    let newer = (newest > GLIBC).then(|| format!("glibc {}.{}", newest.0, newest.1));
    other.map(String::from).or(newer)
}

#[test]
fn the_commands_need_no_more_than_is_promised() {
    let readme = include_str!("../README.md");
    let promised = format!("glibc {}.{}", GLIBC.0, GLIBC.1);
    assert!(readme.contains(&promised) && readme.contains(LIBRARIES[0]), "README.md: {promised}");
    let tool = |name: &str, option: &str, program: &Path| {
        let mut command = Command::new(name);
        command.arg(option).arg(program).env("LC_ALL", "C");
        command.output().is_ok().then(|| run(&mut command).stdout)
    };
    let here = Command::new("getconf").arg("GNU_LIBC_VERSION").output();
    let newer = here.ok().and_then(|here| newer_system(&String::from_utf8_lossy(&here.stdout)));
    if let Some(why) = &newer {
        println!("{why}");
    }
    for (program, promised) in [
        (precompile(), LIBRARIES),
        (runner(Runner::Default), LIBRARIES_OF_RUNNERS),
        (runner(Runner::Full), LIBRARIES_OF_RUNNERS),
    ] {
        let (libraries, symbols) = (tool("readelf", "-dW", program), tool("objdump", "-T", program));
        let (Some(libraries), Some(symbols)) = (libraries, symbols) else {
            println!("not run: there are no binutils");
            return;
        };
        assert!(libraries.contains("(NEEDED)") && symbols.contains("GLIBC_2"), "{libraries}\n{symbols}");
        let symbols = if newer.is_none() { symbols } else { String::new() };
        assert_eq!(grown(promised, &libraries, &symbols), None, "{}", program.display());
    }
}

/// The names that a program defines for shared libraries, from the output of `objdump -T`.
fn exported(symbols: &str) -> Vec<&str> {
    let defined = symbols.lines().filter(|line| line.contains(" g ") && !line.contains("*UND*"));
    defined.filter_map(|line| line.split_whitespace().last()).collect()
}

/// The functions of a runner, such as those in the place of libgcc's, are not for plugins.
#[test]
fn runners_export_nothing() {
    let planted = "0000000000048ac4 g    DF .text  0000000000000001  Base        __register_frame\n";
    assert_eq!(exported(planted), ["__register_frame"]);
    for program in [runner(Runner::Default), runner(Runner::Full)] {
        let mut objdump = Command::new("objdump");
        objdump.arg("-T").arg(program).env("LC_ALL", "C");
        if objdump.output().is_err() {
            println!("not run: there are no binutils");
            return;
        }
        let symbols = run(&mut objdump).stdout;
        assert!(symbols.contains("*UND*"), "{symbols}");
        assert_eq!(exported(&symbols), [""; 0], "{}", program.display());
    }
}

/// The test finds programs that need more.
#[test]
fn programs_that_need_more_are_found() {
    let libc = " 0x01 (NEEDED) Shared library: [libc.so.6]\n";
    let zlib = " 0x01 (NEEDED) Shared library: [libz.so.1]\n";
    let symbol = |version: &str| format!("0 DF *UND* 0 (GLIBC_{version}) memcpy\n");
    assert_eq!(grown(LIBRARIES, libc, &symbol("2.34")), None);
    assert_eq!(grown(LIBRARIES, libc, &(symbol("2.35") + &symbol("2.9"))).as_deref(), Some("glibc 2.35"));
    assert_eq!(grown(LIBRARIES, &(libc.to_owned() + zlib), &symbol("2.2.5")).as_deref(), Some("libz.so.1"));
    let libgcc = " 0x01 (NEEDED) Shared library: [libgcc_s.so.1]\n";
    assert_eq!(grown(LIBRARIES, libgcc, ""), None);
    assert_eq!(grown(LIBRARIES_OF_RUNNERS, libgcc, "").as_deref(), Some("libgcc_s.so.1"));
    assert_eq!(newer_system("glibc 2.36\n"), None);
    let newer = newer_system("glibc 2.41\n");
    assert_eq!(newer.as_deref(), Some("not run: the newest symbols, where glibc is 2.41 and not 2.36"));
}
