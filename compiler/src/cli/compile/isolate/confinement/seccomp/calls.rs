//! System calls, sorted by what they are to a process that compiles.

use libc::*;

/// Calls that compiling takes, by either backend and with many threads, each of which was there before; and what the
/// standard library and the system's may take besides. [`few`](super::few) has those that depend on arguments.
pub(super) const FREE: &[c_long] = &[
    // The question and the answer.
    SYS_read,
    SYS_readv,
    SYS_write,
    SYS_writev,
    SYS_close,
    // Memory.
    SYS_brk,
    SYS_mremap,
    SYS_munmap,
    // Threads, and where they wait.
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
    // Signals of its own.
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

/// Calls that no compiler makes, nor any library below it, unless it was made to: to reach other processes, the network
/// or what the kernel offers to administrators, and to start anything.
pub(super) const DEADLY: &[c_long] = &[
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
