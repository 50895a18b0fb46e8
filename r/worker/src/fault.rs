//! Tools that misbehave, for the tests of the supervisor; only in debug builds and only behind a flag.
//!
//! Invariant: a name that is no fault does nothing.

use extendr_api::prelude::eval_string;

use super::channel::Replies;

/// Commits the fault of that name. Where the process survives it, the words of R's error, if there was one.
pub fn commit(tool: &str, replies: &Replies) -> Option<String> {
    // What R answers to these does not matter.
    let r = |code: &str| drop(eval_string(code));
    match tool {
        // SAFETY: not safe at all, which is the point.
        "fault_segfault" => unsafe { std::ptr::null_mut::<u8>().add(8).write_volatile(1) },
        "fault_quit" => r("quit('no')"),
        "fault_loop" => r("repeat {}"),
        "fault_rubbish" => replies.write_rubbish(b"Error in library(snpStats): there is no package"),
        "fault_half_a_frame" => {
            replies.write_rubbish(&allelecast_protocol::r::prefix(100, 100));
            std::process::exit(0);
        }
        "fault_chatter" => {
            r("cat('printed by R\\n'); message('said by R'); print(1:3); system('echo printed by a child')")
        }
        "fault_memory" => {
            let ten_gigabytes = "tryCatch(length(numeric(1.25e9)), error = conditionMessage)";
            return eval_string(ten_gigabytes).ok()?.as_str().map(str::to_owned);
        }
        _ => {}
    }
    None
}
