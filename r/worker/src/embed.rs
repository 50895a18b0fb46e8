//! Starting R inside this process.
//!
//! Invariant: R is started once, on the main thread, reads no profile and saves nothing.

use std::ffi::{c_char, c_int};
use std::io::{Error, Result};
use std::path::Path;

unsafe extern "C" {
    static mut R_SignalHandlers: c_int;
}

/// Bounds the address space of the process: R then says "cannot allocate" instead of starving the machine.
pub fn limit_memory(bytes: u64) -> Result<()> {
    let limit = libc::rlimit {
        rlim_cur: bytes,
        rlim_max: bytes,
    };
    // SAFETY: a plain system call on a value that lives through it.
    match unsafe { libc::setrlimit(libc::RLIMIT_AS, &limit) } {
        0 => Ok(()),
        _ => Err(Error::last_os_error()),
    }
}

/// Starts R. `scratch` is where it puts its temporary files.
pub fn start_r(scratch: Option<&Path>) {
    let set = |name: &str, value: &std::ffi::OsStr| {
        // SAFETY: the one other thread reads frames and never the environment.
        unsafe { std::env::set_var(name, value) }
    };
    if let (None, Some(home)) = (std::env::var_os("R_HOME"), option_env!("ALLELECAST_R_HOME")) {
        set("R_HOME", home.as_ref());
    }
    if let Some(scratch) = scratch {
        set("TMPDIR", scratch.as_os_str());
    }
    let arguments = [
        c"R",
        c"--no-echo",
        c"--no-save",
        c"--no-restore",
        c"--no-site-file",
        c"--no-init-file",
        c"--no-readline",
    ];
    let mut arguments = arguments.map(|argument| argument.as_ptr() as *mut c_char);
    // SAFETY: called once, on the main thread; R keeps no pointer to the arguments, which are constants anyway. A crash
    // is to end the process at once, so R's signal handlers stay away.
    unsafe {
        R_SignalHandlers = 0;
        extendr_ffi::Rf_initialize_R(arguments.len() as c_int, arguments.as_mut_ptr());
        extendr_ffi::setup_Rmainloop();
    }
}
