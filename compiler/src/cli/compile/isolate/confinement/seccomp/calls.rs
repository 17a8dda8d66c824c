//! System calls that a process that compiles may make, and those that end it.

use libc::*;

/// Calls that compiling takes, by either backend and with many threads that were started before; and calls that the
/// standard library and the system's may make besides. [`allow_filter`](super::allow_filter) has those that depend on
/// arguments.
pub(super) const ALLOWED: &[c_long] = &[
    // The request and the response.
    SYS_read,
    SYS_readv,
    SYS_write,
    SYS_writev,
    SYS_close,
    // Memory.
    SYS_brk,
    SYS_mremap,
    SYS_munmap,
    // Threads, and waiting.
    SYS_clock_gettime,
    SYS_clock_nanosleep,
    SYS_futex,
    SYS_getcpu,
    SYS_getpid,
    SYS_gettid,
    SYS_membarrier,
    SYS_nanosleep,
    SYS_rseq,
    SYS_sched_getaffinity,
    SYS_sched_yield,
    SYS_set_robust_list,
    // The process's own signals.
    SYS_restart_syscall,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_sigaltstack,
    // Seeds of hash tables.
    SYS_getrandom,
    SYS_exit,
    SYS_exit_group,
];

/// Calls that neither a compiler nor a library below it makes, unless it was taken over: they reach other processes,
/// the network or the kernel's administration, or start programs.
pub(super) const FATAL: &[c_long] = &[
    // Programs and processes.
    SYS_clone,
    SYS_clone3,
    SYS_execve,
    SYS_execveat,
    #[cfg(target_arch = "x86_64")]
    SYS_fork,
    #[cfg(target_arch = "x86_64")]
    SYS_vfork,
    SYS_setns,
    SYS_unshare,
    // Other processes.
    SYS_kcmp,
    SYS_kill,
    SYS_pidfd_getfd,
    SYS_pidfd_open,
    SYS_pidfd_send_signal,
    SYS_process_madvise,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_ptrace,
    SYS_rt_sigqueueinfo,
    SYS_rt_tgsigqueueinfo,
    // The network, and whatever else has sockets.
    SYS_accept,
    SYS_accept4,
    SYS_bind,
    SYS_connect,
    SYS_listen,
    SYS_recvfrom,
    SYS_recvmmsg,
    SYS_recvmsg,
    SYS_sendmmsg,
    SYS_sendmsg,
    SYS_sendto,
    SYS_socket,
    SYS_socketpair,
    // The kernel.
    SYS_add_key,
    SYS_bpf,
    SYS_delete_module,
    SYS_finit_module,
    SYS_fsconfig,
    SYS_fsmount,
    SYS_fsopen,
    SYS_init_module,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_io_uring_setup,
    SYS_kexec_load,
    SYS_keyctl,
    SYS_mount,
    SYS_mount_setattr,
    SYS_move_mount,
    SYS_name_to_handle_at,
    SYS_open_by_handle_at,
    SYS_open_tree,
    SYS_perf_event_open,
    SYS_pivot_root,
    SYS_quotactl,
    SYS_reboot,
    SYS_request_key,
    SYS_swapoff,
    SYS_swapon,
    SYS_umount2,
    SYS_userfaultfd,
    // Other users.
    SYS_setgid,
    SYS_setgroups,
    SYS_setregid,
    SYS_setresgid,
    SYS_setresuid,
    SYS_setreuid,
    SYS_setuid,
    SYS_capset,
    SYS_chroot,
];
