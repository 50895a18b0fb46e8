//! Workers that crash, hang and lie: each is survived and explained, and the next call is answered.

use std::time::Duration;

use allelecast_server::stats::{WorkerConfig, WorkerError, Workers};

use super::worker;

fn workers(time: Duration) -> Option<Workers> {
    Some(Workers::new(WorkerConfig {
        program: worker()?,
        r_dir: "../r".into(),
        memory: 2 << 30,
        time,
        size: 1,
        arguments: vec!["--fault-tools".into()],
    }))
}

/// Commits a fault, gives its error, and checks that the pool goes on.
async fn survive(tool: &str, time: Duration) -> Option<WorkerError> {
    let workers = workers(time)?;
    let error = workers.call(tool, [], &[], |_| ()).await.unwrap_err();
    assert!(error.to_string().ends_with('.'), "{error}");
    let next = workers.call("hwe", [], &[], |_| ()).await.unwrap_err();
    assert!(
        matches!(&next, WorkerError::Refused(words) if words.contains("genotypes")),
        "{tool}: {next}"
    );
    assert_eq!((workers.load().busy, workers.load().waiting), (0, 0));
    Some(error)
}

const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_crash_is_survived() {
    let Some(error) = survive("fault_segfault", LONG).await else {
        return;
    };
    assert_eq!(error, WorkerError::Crashed("it was ended by signal 11".into()));
    let error = survive("fault_quit", LONG).await.unwrap();
    assert_eq!(error, WorkerError::Crashed("it ended by itself".into()));
}

#[tokio::test]
async fn an_endless_loop_is_stopped() {
    // Also the time in which the next call must be answered.
    let time = Duration::from_secs(3);
    let Some(error) = survive("fault_loop", time).await else {
        return;
    };
    assert_eq!(error, WorkerError::TimedOut(time));
}

#[tokio::test]
async fn rubbish_on_the_channel_is_survived() {
    let Some(error) = survive("fault_rubbish", LONG).await else {
        return;
    };
    assert!(matches!(error, WorkerError::Rubbish(_)), "{error}");
    let error = survive("fault_half_a_frame", LONG).await.unwrap();
    assert!(matches!(error, WorkerError::Crashed(_)), "{error}");
}

#[tokio::test]
async fn what_r_prints_stays_out_of_the_channel_and_errors_leave_the_worker_alone() {
    let Some(error) = survive("fault_chatter", LONG).await else {
        return;
    };
    assert!(
        matches!(&error, WorkerError::Refused(words) if words.contains("no tool")),
        "{error}"
    );
    let error = survive("fault_memory", LONG).await.unwrap();
    assert!(
        matches!(&error, WorkerError::Refused(words) if words.contains("cannot allocate")),
        "{error}"
    );
}

#[tokio::test]
async fn a_dropped_call_frees_its_worker() {
    let Some(workers) = workers(LONG) else { return };
    assert!(workers.state().await.available);
    let call = workers.call("fault_loop", [], &[], |_| ());
    // The loop never ends by itself, so the other branch always wins.
    tokio::select! {
        _ = call => unreachable!("a loop without end"),
        () = tokio::task::yield_now() => {}
    }
    let next = workers.call("hwe", [], &[], |_| ()).await.unwrap_err();
    assert!(matches!(next, WorkerError::Refused(_)), "{next}");
}
