//! A pair of which everything is well, to be spoiled by each test.

use crate::{
    Color, Environment, EnvironmentStatus, Flag, FlagValue, FlagVersion, Millis, PairNames, Timestamp,
    airflow::{Dag, Part, Task, Work},
    environment::{OptionValue, Setup},
    platform::{Balancer, Found, Target, TargetGroup},
    policy::DagRules,
    trouble::{Allowed, Diagnosis, Finding, Gathered, Health, Side, Trouble, Verdict},
};

pub const NOW: Timestamp = Timestamp(1_795_782_031_000);
pub const ROLE: &str = "arn:aws:iam::123456789012:role/mwaa-blue-execution";

/// So many minutes before now.
pub fn ago(minutes: u64) -> Timestamp {
    NOW - Millis::from_secs(minutes * 60)
}

/// A task of the run for that moment.
pub fn task(dag: &str, name: &str, state: &str, minutes: u64) -> Task {
    Task {
        dag: dag.into(),
        run: format!("scheduled__{dag}_{minutes}"),
        task: name.into(),
        state: state.into(),
        attempt: 1,
        began: Some(ago(minutes)),
        ended: None,
        logical: Some(ago(minutes + 60)),
    }
}

pub fn guard(dag: &str, state: &str, minutes: u64) -> Task {
    task(dag, "teal_guard", state, minutes)
}

pub fn dag(id: &str, tag: &str) -> Dag {
    let next_run = Some(NOW + Millis::from_secs(1200));
    Dag {
        id: id.into(),
        paused: false,
        schedule: Some("@hourly".into()),
        next_run,
        tags: vec![tag.into()],
        broken: false,
        next_logical: None,
    }
}

fn side(color: Color, begun: Vec<Task>) -> Side {
    let part = |name: &str| Part { name: name.into(), healthy: Some(true), heartbeat: Some(NOW) };
    let environment = Environment {
        name: format!("mwaa-openlineage-{color}-dev"),
        status: EnvironmentStatus::Available,
        airflow_version: Some("3.0.6".into()),
        class: None,
        workers: None,
        schedulers: None,
        web_address: Some(format!("{color}.airflow.us-east-2.on.aws")),
        last_update: None,
        setup: Setup {
            options: [("custom.environment_color".to_owned(), OptionValue::Plain(color.to_string()))].into(),
            execution_role: Some(ROLE.into()),
            log_groups: vec![("task".into(), format!("airflow-mwaa-openlineage-{color}-dev-Task"))],
            ..Setup::default()
        },
    };
    Side {
        environment: Ok(environment),
        health: Ok(vec![part("scheduler")]),
        import_errors: Ok(Vec::new()),
        dags: Ok(vec![dag("orders", "teal"), dag("exports", "other")]),
        begun: Ok(begun),
        work: Ok(Work::default()),
        logs: Vec::new(),
        role: Ok(Allowed::Yes),
    }
}

/// Blue has been live for three hours, and all is well.
pub fn well() -> Gathered {
    let flag = Flag::Present { value: FlagValue::Color(Color::Blue), version: FlagVersion(31), modified_at: ago(180) };
    let blue = vec![
        guard("orders", "success", 20),
        task("orders", "load", "success", 20),
        task("exports", "send", "success", 10),
    ];
    let mut green = side(Color::Green, vec![guard("orders", "skipped", 20)]);
    if let Ok(dags) = &mut green.dags {
        dags[1].paused = true;
    }
    Gathered {
        region: "us-east-2".into(),
        account: None,
        names: PairNames::by_convention("mwaa-openlineage", "dev"),
        rules: DagRules::default(),
        flag: Ok(flag),
        blue: side(Color::Blue, blue),
        green,
        balancer: Ok(balancer(vec![target("i-1:5000", "healthy", "")])),
        lineage: Some((
            "http://marquez:5001/healthcheck".into(),
            Ok(Health { database: Some(true), message: String::new() }),
        )),
    }
}

pub fn target(id: &str, state: &str, reason: &str) -> Target {
    Target { id: id.into(), zone: None, state: state.into(), reason: reason.into() }
}

/// The load balancer of the lineage service, with one group of these targets.
pub fn balancer(targets: Vec<Target>) -> Found<Balancer> {
    let name = "mwaa-openlineage-marquez-dev".to_owned();
    let group = TargetGroup { name: "api".into(), arn: "arn:api".into(), port: Some(5000), targets };
    let balancer = Balancer {
        arn: "arn:marquez".into(),
        dns: "internal-marquez.us-east-2.elb.amazonaws.com".into(),
        internal: true,
        state: "active".into(),
        zones: vec!["us-east-2a".into()],
        vpc: None,
        groups: vec![group],
    };
    Found { tried: vec![name.clone()], found: Some((name, balancer)) }
}

/// As though it had been switched to blue so many minutes ago.
pub fn switched(gathered: &mut Gathered, minutes: u64) {
    if let Ok(Flag::Present { modified_at, .. }) = &mut gathered.flag {
        *modified_at = ago(minutes);
    }
}

/// What is found of one trouble.
pub fn finding(gathered: &Gathered, trouble: Trouble) -> Finding {
    let found = Diagnosis::of(gathered, NOW, Millis(0)).findings;
    found.into_iter().find(|finding| finding.trouble == trouble).expect("there is one for each")
}

/// The same, after something was changed.
pub fn after(trouble: Trouble, spoil: impl FnOnce(&mut Gathered)) -> Finding {
    let mut gathered = well();
    spoil(&mut gathered);
    finding(&gathered, trouble)
}

/// That it is found, or not, and that all of these words are said about it.
pub fn says(finding: &Finding, verdict: Verdict, words: &[&str]) {
    assert_eq!(finding.verdict, verdict, "{finding:#?}");
    let all = format!("{finding:?}");
    for word in words {
        assert!(all.contains(word), "{word}: {finding:#?}");
    }
    if verdict == Verdict::Found {
        assert!(!finding.mend.is_empty(), "what is found has a mend: {finding:#?}");
    }
}
