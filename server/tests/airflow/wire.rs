//! The port over the real SDK, against a small server that answers as MWAA does.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Value, json};
use teal_server::aws::{
    airflow::{AirflowRest as _, Call},
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
