//! Teal's hands in an Airflow, of either version, and what becomes of them when it does not answer.

mod support;
