//! How a tool tells the server how far it is: R calls back into this process.
//!
//! Invariant: progress is sent only between a request and its answer, on R's thread.

use std::ffi::{c_char, c_int, c_void};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use allelecast_protocol::r::RReply;
use extendr_api::prelude::eval_string;
use extendr_ffi::{DllInfo, R_CallMethodDef, R_registerRoutines, REAL_ELT, SEXP};

use super::WorkerError;
use super::channel::Replies;

static REPLIES: OnceLock<Replies> = OnceLock::new();
static REQUEST: AtomicU64 = AtomicU64::new(0);

unsafe extern "C" {
    fn R_getEmbeddingDllInfo() -> *mut DllInfo;
}

/// Makes `report()` of the R package reach the server.
pub fn install(replies: &Replies) -> Result<(), WorkerError> {
    // Called once: nobody was there before.
    let _ = REPLIES.set(replies.clone());
    let nothing = R_CallMethodDef {
        name: std::ptr::null(),
        fun: None,
        numArgs: 0,
    };
    let name: *const c_char = c"allelecast_progress".as_ptr();
    // SAFETY: R calls a `.Call` routine of one argument with one argument, whatever the type under which it is kept.
    let routine =
        unsafe { std::mem::transmute::<*const c_void, extendr_ffi::DL_FUNC>(progress as *const c_void) };
    let routines = [
        R_CallMethodDef {
            name,
            fun: routine,
            numArgs: 1 as c_int,
        },
        nothing,
    ];
    // SAFETY: R runs, and copies the table, which ends with a null.
    unsafe {
        let (c, fortran, external) = (std::ptr::null(), std::ptr::null(), std::ptr::null());
        R_registerRoutines(R_getEmbeddingDllInfo(), c, routines.as_ptr(), fortran, external);
    }
    // An `error` handler keeps an R that is not interactive from ending at the first error outside of a tool.
    eval_string(
        "options(error = expression(NULL), allelecastr.progress = function(share)
            .Call('allelecast_progress', as.double(share), PACKAGE = '(embedding)'))",
    )?;
    Ok(())
}

/// Names the request that is worked on from now on.
pub fn begin(id: u64) {
    REQUEST.store(id, Ordering::Relaxed);
}

extern "C" fn progress(share: SEXP) -> SEXP {
    // SAFETY: the R side passes a vector of doubles; an empty one is no share.
    let share = unsafe {
        if extendr_ffi::Rf_xlength(share) > 0 {
            REAL_ELT(share, 0)
        } else {
            0.0
        }
    };
    if let Some(replies) = REPLIES.get() {
        let id = REQUEST.load(Ordering::Relaxed);
        // A channel that is closed ends the process from the reading thread.
        let _ = replies.send(
            &RReply::Progress {
                id,
                share: share.clamp(0.0, 1.0),
            },
            &[],
        );
    }
    // SAFETY: a constant of R, which runs.
    unsafe { extendr_ffi::R_NilValue }
}
