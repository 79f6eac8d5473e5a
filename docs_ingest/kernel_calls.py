"""Calls to the Linux kernel that Python has no name for: Landlock, and a filter of system calls (seccomp).

Numbers are those of the kernel's headers: asm/unistd_64.h (x86_64), asm-generic/unistd.h
(aarch64), linux/landlock.h, linux/seccomp.h, linux/filter.h, linux/audit.h.
"""

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Iterable

__all__ = ["REFUSED", "die_with_parent", "landlock", "refuse_calls"]

_PR_SET_PDEATHSIG = 1
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2

_LANDLOCK_CREATE_RULESET = 444  # the same number on every architecture
_LANDLOCK_RESTRICT_SELF = 446
_LANDLOCK_CREATE_RULESET_VERSION = 1
# By version of Landlock: rights over files, over TCP (bind, connect), what is kept inside (abstract sockets, signals)
_FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
_NET_RIGHTS = {4: 3}
_SCOPES = {6: 3}

# Looked up here and now: a process that has locked itself in looks nothing up any more.
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None
_prctl = _libc.prctl if _libc is not None else None
_syscall = _libc.syscall if _libc is not None else None


def die_with_parent(signal: int) -> None:
    """Get this signal when the process that forked this one ends. Nothing where the kernel is not Linux."""
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, *map(ctypes.c_ulong, (signal, 0, 0, 0)))


def landlock() -> int:
    """Lose every right over files, over TCP, and over signals to others, for good. What is open stays open.

    Returns the version of Landlock, 0 where the kernel has none.
    """
    if _syscall is None:
        return 0
    version = int(_syscall(_LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), _LANDLOCK_CREATE_RULESET_VERSION))
    if version < 1 or not _no_new_privileges():
        return 0
    rights = struct.pack("=QQQ", *(_of_version(version, table) for table in (_FILE_RIGHTS, _NET_RIGHTS, _SCOPES)))
    size = 8 if version < 4 else 16 if version < 6 else 24
    rules = int(_syscall(_LANDLOCK_CREATE_RULESET, rights, ctypes.c_size_t(size), 0))
    if rules < 0:
        return 0
    try:
        return version if _syscall(_LANDLOCK_RESTRICT_SELF, rules, 0) == 0 else 0
    finally:
        os.close(rules)


def _of_version(version: int, table: dict[int, int]) -> int:
    return table[max(known)] if (known := [v for v in table if v <= version]) else 0


def _no_new_privileges() -> bool:
    return _prctl is not None and int(_prctl(_PR_SET_NO_NEW_PRIVS, *map(ctypes.c_ulong, (1, 0, 0, 0)))) == 0


# Name of a call -> its number on x86_64 and on aarch64, None where it does not exist.
REFUSED: dict[str, tuple[int | None, int | None]] = {
    # to open files
    "open": (2, None),
    "creat": (85, None),
    "openat": (257, 56),
    "openat2": (437, 437),
    "open_by_handle_at": (304, 265),
    "memfd_create": (319, 279),
    # to change files and folders
    "truncate": (76, 45),
    "rename": (82, None),
    "mkdir": (83, None),
    "rmdir": (84, None),
    "link": (86, None),
    "unlink": (87, None),
    "symlink": (88, None),
    "chmod": (90, None),
    "fchmod": (91, 52),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "utime": (132, None),
    "mknod": (133, None),
    "utimes": (235, None),
    "mkdirat": (258, 34),
    "mknodat": (259, 33),
    "fchownat": (260, 54),
    "futimesat": (261, None),
    "unlinkat": (263, 35),
    "renameat": (264, 38),
    "linkat": (265, 37),
    "symlinkat": (266, 36),
    "fchmodat": (268, 53),
    "utimensat": (280, 88),
    "renameat2": (316, 276),
    "fchmodat2": (452, 452),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    # to speak to anybody
    "socket": (41, 198),
    "connect": (42, 203),
    "accept": (43, 202),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "bind": (49, 200),
    "listen": (50, 201),
    "socketpair": (53, 199),
    "accept4": (288, 242),
    "sendmmsg": (307, 269),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    # to become another program, or to leave the group that is killed together
    "execve": (59, 221),
    "execveat": (322, 281),
    "setpgid": (109, 154),
    "setsid": (112, 157),
    # to look into other processes
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_send_signal": (424, 424),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440),
    # to change the machine, or to reach rarely used parts of the kernel
    "personality": (135, 92),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "acct": (163, 89),
    "settimeofday": (164, 170),
    "mount": (165, 40),
    "umount2": (166, 39),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "iopl": (172, None),
    "ioperm": (173, None),
    "init_module": (175, 105),
    "delete_module": (176, 106),
    "clock_settime": (227, 112),
    "kexec_load": (246, 104),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "unshare": (272, 97),
    "perf_event_open": (298, 241),
    "fanotify_init": (300, 262),
    "setns": (308, 268),
    "finit_module": (313, 273),
    "kexec_file_load": (320, 294),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "mount_setattr": (442, 442),
}
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column of the table, name in linux/audit.h
_CLONE3 = 435
_OLD_X32 = 0x40000000  # x86_64 numbers from here on are those of another table
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_EPERM, _ENOSYS = 1, 38
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # of the packet filter machine
_NUMBER_AT, _MACHINE_AT = 0, 4  # in struct seccomp_data


def refuse_calls() -> bool:
    """Have the calls of `REFUSED` answered with EPERM from now on, for good; whether the kernel does so."""
    machine = _MACHINES.get(platform.machine())
    if _prctl is None or machine is None or not _no_new_privileges():
        return False
    column, name = machine
    program = _filter(name, [calls[column] for calls in REFUSED.values()])
    held = ctypes.create_string_buffer(program, len(program))
    handed = struct.pack("@HP", len(program) // 8, ctypes.addressof(held))
    return int(_prctl(_PR_SET_SECCOMP, ctypes.c_ulong(_SECCOMP_MODE_FILTER), handed)) == 0


def _filter(machine: int, numbers: Iterable[int | None]) -> bytes:
    """Instructions of 8 bytes: operation, steps forward if true, if false, operand."""
    refuse, allow = (_RETURN, 0, 0, _ERROR | _EPERM), (_RETURN, 0, 0, _ALLOW)
    steps = [(_LOAD, 0, 0, _MACHINE_AT), (_EQUAL, 1, 0, machine), refuse]
    steps += [(_LOAD, 0, 0, _NUMBER_AT), (_AT_LEAST, 0, 1, _OLD_X32), refuse]
    steps += [(_EQUAL, 0, 1, _CLONE3), (_RETURN, 0, 0, _ERROR | _ENOSYS)]  # the C library then forks the old way
    for number in numbers:
        steps += [(_EQUAL, 0, 1, number), refuse] if number is not None else []
    return b"".join(struct.pack("=HBBI", *step) for step in [*steps, allow])
