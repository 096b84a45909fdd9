//! Paths: what stands in them is encoded, and no more of it than must be, since they may not be long.

/// A part of a path. Colons and plus signs stand in run ids and may stay as they are (RFC 3986, section 3.3).
pub(super) fn part(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' | b'+' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// The path of a DAG, and of what is below it, such as `/tasks`.
pub(super) fn dag(id: &str, below: &str) -> String {
    format!("/dags/{}{below}", part(id))
}

#[cfg(test)]
mod tests {
    use super::part;

    #[test]
    fn ids_of_dags_and_runs_stay_as_they_are_and_all_else_is_encoded() {
        assert_eq!(part("etl-orders_v2.daily"), "etl-orders_v2.daily");
        assert_eq!(part("scheduled__2026-11-24T00:00:00+00:00"), "scheduled__2026-11-24T00:00:00+00:00");
        assert_eq!(part("a/b?c#d é"), "a%2Fb%3Fc%23d%20%C3%A9");
    }
}
