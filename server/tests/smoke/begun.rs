//! When a smoke test is begun, and when it is not.

use std::time::Duration;

use teal_domain::{Color, smoke::SmokeRun};
use teal_server::engine::smoke::NotTested;

use super::tested::{awake, begin, begun, look, scene, scene_of, test};
use crate::{
    scene::{GREEN, Scene},
    support::airflow::Fault,
};

#[tokio::test]
async fn it_is_journalled_before_the_first_run_is_begun() {
    let scene = scene().await;
    let seq = begin(&scene).await.expect("begun");
    let SmokeRun { side, dags, woken, .. } = test(&scene, seq).await.run;
    assert_eq!(side, Color::Green);
    assert_eq!((dags.join(" "), woken.join(" ")), ("orders customers".into(), "orders customers".into()));
    assert!(!begun(&scene, "orders"), "so far it is only written down");
    assert_eq!(scene.airflow.count("* PATCH *") + scene.airflow.count("* POST *"), 0);
    look(&scene).await;
    assert!(begun(&scene, "orders") && begun(&scene, "customers"));
}

#[tokio::test]
async fn a_dag_that_does_not_ask_the_flag_would_really_work_and_is_refused() {
    let scene = scene_of(&["orders", "exports"]).await;
    let refused = begin(&scene).await.expect_err("refused");
    assert!(matches!(&refused, NotTested::Unguarded { dags, .. } if dags == "exports"), "{refused:?}");
    assert!(refused.to_string().contains("real work"), "{refused}");
    look(&scene).await;
    assert!(!begun(&scene, "orders") && !begun(&scene, "exports"), "nothing at all was begun");
    let refused = begin(&scene_of(&["nothing"]).await).await.expect_err("refused");
    assert!(matches!(&refused, NotTested::NotThere { dags, .. } if dags == "nothing"), "{refused:?}");
}

#[tokio::test]
async fn only_a_standby_is_tested_and_only_where_policy_names_dags() {
    assert_eq!(begin(&Scene::new().await).await, Err(NotTested::NoneNamed));
    let scene = scene().await;
    scene.world.ssm.outsider_puts("purple", None);
    assert_eq!(begin(&scene).await, Err(NotTested::NoStandby));
    // The flag is asked, not the board: somebody may have switched a moment ago.
    scene.world.ssm.outsider_puts("green", None);
    let seq = begin(&scene).await.expect("begun");
    assert_eq!(test(&scene, seq).await.run.side, Color::Blue);
}

#[tokio::test]
async fn one_at_a_time_and_none_while_a_switch_is_followed() {
    let scene = scene().await;
    let seq = begin(&scene).await.expect("begun");
    assert_eq!(begin(&scene).await, Err(NotTested::Running { seq }));
    let scene = super::tested::scene().await;
    scene.switch().await;
    assert_eq!(begin(&scene).await, Err(NotTested::Following));
    scene.follow_for(Duration::from_secs(16 * 60)).await;
    let seq = begin(&scene).await.expect("nothing follows any more");
    assert_eq!(test(&scene, seq).await.run.side, Color::Blue);
}

#[tokio::test]
async fn none_while_a_switch_is_under_way() {
    let scene = scene().await;
    let plan = scene.teal.plan(&scene.flag().await);
    scene.world.store.record_intent(&plan, scene.teal.engine.clock.now(), false).await.expect("a store");
    assert_eq!(begin(&scene).await, Err(NotTested::Switching));
}

#[tokio::test]
async fn an_airflow_that_does_not_tell_its_dags_is_not_tested() {
    let scene = scene().await;
    awake(&scene);
    scene.airflow.fail(&format!("{GREEN} GET /dags"), Fault::Status(403), usize::MAX);
    let refused = begin(&scene).await.expect_err("refused");
    assert!(matches!(&refused, NotTested::Unreadable(why) if why.contains("DAGs.can_read")), "{refused:?}");
}
