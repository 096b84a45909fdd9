//! A process that is killed at any moment: another one goes on, the flag ends where the plan says or the run says that it is not
//! known, and there are never two flips.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

use super::*;

/// Lets something be polled so often, and then drops it as a killed process would. Whether it had ended by then.
async fn killed_after<T>(polls: usize, what: impl Future<Output = T>) -> bool {
    let (mut what, mut left) = (pin!(what), polls);
    poll_fn(move |context| match what.as_mut().poll(context) {
        Poll::Ready(_) => Poll::Ready(true),
        Poll::Pending if left == 0 => Poll::Ready(false),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

#[tokio::test]
async fn a_process_that_is_killed_anywhere_is_taken_over_and_the_flag_ends_where_the_plan_says() {
    // The looks of a run at which it does something, and how many waits each of them has at the most.
    let (mut killed, mut whole) = (0, 0);
    for look in 0..4 {
        for polls in (0..200).step_by(11) {
            let desk = Desk::new().await;
            let plan = desk.plan(Kind::SwitchAndReturn);
            desk.save(&plan).await;
            let teal = &desk.scene.teal;
            teal.engine.run_drill(&teal.pair, &Actor::page("olga"), plan.id).await.expect("a store").expect("begun");
            // As far as this look begins.
            for _ in 0..look * 10 {
                desk.go_on().await;
            }
            desk.scene.look_on(teal).await;
            if killed_after(polls, Box::pin(teal.engine.go_on_with_drills(&teal.pair))).await {
                whole += 1;
                if polls > 60 {
                    break;
                }
                continue;
            }
            killed += 1;
            // Another process on the same store, once it is sure that nobody holds the run.
            let other = desk.scene.world.instance().await;
            desk.pass(minutes(11));
            other.reconcile().await;
            for _ in 0..400 {
                desk.go_on_as(&other).await;
                desk.pass(Duration::from_secs(10));
                if desk.latest().await.is_some_and(|drill| drill.end.is_some()) {
                    break;
                }
            }
            let drill = desk.latest().await.expect("a run");
            let (_, ended) =
                drill.end.clone().unwrap_or_else(|| panic!("look {look}, {polls} polls: {:?}", drill.steps));
            assert!(desk.writes() <= 2, "look {look}, {polls} polls: {} writes", desk.writes());
            match ended.end.as_str() {
                // Between the two it waited, so its window may be over; or it is not known.
                "succeeded" | "skipped" => {
                    assert_eq!(desk.live().await, Some(Color::Blue), "look {look}, {polls} polls")
                }
                "unknown" => {}
                other => panic!("look {look}, {polls} polls: {other}: {ended:?} {:?}", drill.steps),
            }
        }
    }
    assert!(killed > 8, "{killed} were killed, {whole} were whole");
}
