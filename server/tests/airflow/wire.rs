//! The port over the real SDK, against a small server that answers as MWAA does.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Value, json};
use teal_server::aws::{
    airflow::{AirflowRest as _, Call},
    logs::{LogPort as _, Logs},
    mwaa::Mwaa,
};

#[path = "../support/emulators.rs"]
#[allow(dead_code, reason = "each test file uses its own part of this")]
mod emulators;

/// What it was asked, and what it answers: the status, the kind of the exception if it is one, and the body.
#[derive(Clone)]
struct Answering {
    asked: Arc<Mutex<Vec<Value>>>,
    answer: (u16, &'static str, Value),
}

impl Answering {
    async fn with(status: u16, kind: &'static str, answer: Value) -> (Self, Mwaa) {
        let answering = Self { asked: Arc::default(), answer: (status, kind, answer) };
        let routes = Router::new().route("/restapi/{name}", post(answered)).with_state(answering.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let config = emulators::sdk(&format!("http://localhost:{port}"), Duration::from_secs(5)).await;
        (answering, Mwaa::new(&config))
    }

    fn asked(&self) -> Vec<Value> {
        self.asked.lock().expect("the log").clone()
    }
}

async fn answered(State(state): State<Answering>, Path(name): Path<String>, Json(mut asked): Json<Value>) -> Response {
    asked["Name"] = name.into();
    state.asked.lock().expect("the log").push(asked);
    let (status, kind, body) = state.answer;
    let status = StatusCode::from_u16(status).expect("a status");
    (status, [("x-amzn-errortype", kind)], Json(body)).into_response()
}

#[tokio::test]
async fn method_path_query_and_body_arrive_as_they_were_meant_and_the_answer_comes_back() {
    let said = json!({"dags": [{"dag_id": "a", "tags": [], "n": -1.5, "none": null}], "total_entries": 1});
    let (mwaa, port) = Answering::with(200, "", json!({"RestApiStatusCode": 200, "RestApiResponse": said})).await;
    let call = Call::patch("/dags", json!({"is_paused": true})).with("dag_id_pattern", "~").with("limit", 100);
    assert_eq!(port.invoke("blue-env", call).await, Ok(said));
    port.invoke("green-env", Call::get("/monitor/health")).await.expect("an answer");
    let expected = [
        json!({"Name": "blue-env", "Method": "PATCH", "Path": "/dags", "Body": {"is_paused": true},
            "QueryParameters": {"dag_id_pattern": "~", "limit": "100"}}),
        json!({"Name": "green-env", "Method": "GET", "Path": "/monitor/health"}),
    ];
    assert_eq!(mwaa.asked(), expected);
}

#[tokio::test]
async fn what_airflow_refuses_comes_with_its_status_as_the_code() {
    let body = json!({"RestApiStatusCode": 403, "RestApiResponse": {"detail": "Forbidden"}, "message": "no"});
    let (mwaa, port) = Answering::with(400, "RestApiClientException", body.clone()).await;
    let error = port.invoke("blue-env", Call::get("/variables")).await.expect_err("it is refused");
    assert_eq!((error.code.as_deref(), error.refused), (Some("403"), true));
    assert!(error.message.contains("Forbidden") && error.message.contains("Variables.can_read"), "{error}");
    assert_eq!(mwaa.asked().len(), 1);

    // An emulator answers with 200 and leaves the status inside.
    let (_, port) = Answering::with(200, "", body).await;
    let error = port.invoke("blue-env", Call::get("/variables")).await.expect_err("it is refused");
    assert_eq!((error.code.as_deref(), error.refused), (Some("403"), true));
}

#[tokio::test]
async fn what_airflow_could_not_do_is_no_refusal() {
    let body = json!({"RestApiStatusCode": 503, "RestApiResponse": {}, "message": "no"});
    let (_, port) = Answering::with(400, "RestApiServerException", body).await;
    let error = port.invoke("blue-env", Call::get("/dags")).await.expect_err("it failed");
    assert_eq!((error.code.as_deref(), error.refused), (Some("503"), false));
}

#[tokio::test]
async fn what_only_reads_is_tried_again_and_what_changes_is_sent_once() {
    let (mwaa, port) = Answering::with(500, "InternalServerException", json!({"message": "try again"})).await;
    let error = port.invoke("blue-env", Call::get("/dags")).await.expect_err("it failed");
    assert!(!error.refused && error.message.contains("InternalServerException"), "{error}");
    assert_eq!(mwaa.asked().len(), 3);
    for call in [Call::patch("/dags/a", json!({})), Call::post("/dags/a/dagRuns", json!({}))] {
        let before = mwaa.asked().len();
        port.invoke("blue-env", call).await.expect_err("it failed");
        assert_eq!(mwaa.asked().len() - before, 1);
    }
}

#[tokio::test]
async fn a_missing_environment_a_missing_permission_and_a_path_that_is_too_long_are_told_apart() {
    let (_, port) = Answering::with(404, "ResourceNotFoundException", json!({"message": "no"})).await;
    let error = port.invoke("blue-env", Call::get("/dags")).await.expect_err("there is none");
    assert!(error.message.starts_with("There is no MWAA environment named blue-env"), "{error}");

    let (mwaa, port) = Answering::with(403, "AccessDeniedException", json!({"Message": "no"})).await;
    let error = port.invoke("blue-env", Call::get("/dags")).await.expect_err("it is not allowed");
    assert!(error.denied() && error.message.contains("airflow:InvokeRestApi is not allowed"), "{error}");
    assert_eq!(mwaa.asked().len(), 1);

    let path = format!("/dags/{}", "x".repeat(59));
    let error = port.invoke("blue-env", Call::get(path)).await.expect_err("it is too long");
    assert!(error.refused && error.message.contains("64 characters"), "{error}");
    assert_eq!(mwaa.asked().len(), 1, "it was not sent");
}

/// What CloudWatch Logs was asked, by the headers that matter and the body.
async fn logs(status: u16, said: Value) -> (Arc<Mutex<Vec<(String, String, Value)>>>, Logs) {
    let asked: Arc<Mutex<Vec<(String, String, Value)>>> = Arc::default();
    let (log, status) = (asked.clone(), StatusCode::from_u16(status).expect("a status"));
    let routes = Router::new().route(
        "/",
        post(move |headers: HeaderMap, body: String| async move {
            let header = |name: &str| headers.get(name).map_or("", |value| value.to_str().expect("text")).to_owned();
            let body = serde_json::from_str(&body).expect("JSON");
            log.lock().expect("the log").push((header("x-amz-target"), header("authorization"), body));
            (status, Json(said))
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (asked, Logs::new(&emulators::sdk(&format!("http://localhost:{port}"), Duration::from_secs(5)).await))
}

#[tokio::test]
async fn the_end_of_a_log_is_asked_for_by_one_signed_call() {
    let said = json!({"events": [{"timestamp": 1, "message": "asking"}, {"timestamp": 2, "message": "AccessDenied"}]});
    let (asked, logs) = logs(200, said).await;
    assert_eq!(logs.end_of("airflow-blue-env-Task", "dag_id=a").await, Ok("asking\nAccessDenied".to_owned()));
    let asked = asked.lock().expect("the log").clone();
    let [(target, authorization, body)] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!(target, "Logs_20140328.GetLogEvents");
    assert!(authorization.starts_with("AWS4-HMAC-SHA256 Credential=test/"), "{authorization}");
    assert!(authorization.contains("/us-east-2/logs/aws4_request"), "{authorization}");
    assert!(authorization.contains("SignedHeaders=content-type;host;x-amz-date;x-amz-target"), "{authorization}");
    assert_eq!((&body["logGroupName"], &body["logStreamName"]), (&json!("airflow-blue-env-Task"), &json!("dag_id=a")));
    assert_eq!(body["startFromHead"], false);
}

#[tokio::test]
async fn a_log_that_is_not_there_and_one_that_may_not_be_read_say_what_to_do() {
    for (status, kind, says) in [
        (400, "ResourceNotFoundException", "no log stream `s` in the log group `g`"),
        (400, "com.amazonaws#AccessDeniedException", "logs:GetLogEvents is not allowed"),
        (503, "ServiceUnavailableException", "answered ServiceUnavailableException"),
    ] {
        let (_, logs) = logs(status, json!({"__type": kind, "message": "because"})).await;
        let error = logs.end_of("g", "s").await.expect_err("it is refused");
        assert!(error.message.contains(says), "{error}");
        assert_eq!(error.refused, status == 400);
    }
}
