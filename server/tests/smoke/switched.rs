//! A switch that lands while the standby is tested.

use super::tested::{begin, end, look, scene};
use crate::scene::{BLUE, GREEN};

#[tokio::test]
async fn what_a_switch_has_put_to_work_meanwhile_is_not_paused_again() {
    let scene = scene().await;
    let seq = begin(&scene).await.expect("begun");
    look(&scene).await;
    scene.airflow.let_tasks_end(GREEN);
    scene.emergency().await;
    look(&scene).await;
    assert_eq!(scene.airflow.unpaused(GREEN), ["customers", "orders"], "what the switch does is not planned yet");
    scene.follow().await;
    look(&scene).await;
    assert_eq!(scene.airflow.unpaused(GREEN), ["customers", "exports", "orders"]);
    let end = end(&scene, seq).await;
    assert_eq!(end.awake, ["customers", "orders"]);
    assert!(end.because.is_some_and(|why| why.contains("A switch has made this side live")));
}

#[tokio::test]
async fn what_was_paused_on_purpose_on_both_sides_is_paused_again_all_the_same() {
    let scene = scene().await;
    scene.airflow.change(BLUE, |side| side.dag("customers").paused = true);
    begin(&scene).await.expect("begun");
    look(&scene).await;
    scene.airflow.let_tasks_end(GREEN);
    scene.emergency().await;
    scene.follow().await;
    look(&scene).await;
    assert_eq!(scene.airflow.unpaused(GREEN), ["exports", "orders"]);
}
