//! What is kept of a task's log: its end, and the lines that say that something was denied.

use serde::{Deserialize, Serialize};

/// So many lines are kept …
const LINES: usize = 20;
/// … of so many characters.
const WIDTH: usize = 300;
/// A refusal is told in a few lines.
const DENIED: usize = 5;
/// What AWS and boto3 say where somebody may not.
const WORDS: [&str; 3] = ["accessdenied", "not authorized", "access denied"];

/// What is kept of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excerpt {
    /// Its last lines.
    pub last: Vec<String>,
    /// The last lines that say that something was denied, wherever they stand.
    pub denied: Vec<String>,
}

impl Excerpt {
    /// Reads a log.
    pub fn of(log: &str) -> Self {
        let lines: Vec<String> = log.lines().map(clean).filter(|line| !line.trim().is_empty()).collect();
        let denied: Vec<String> = lines.iter().filter(|line| denies(line)).cloned().collect();
        Self { last: end(&lines, LINES), denied: end(&denied, DENIED) }
    }
}

fn denies(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    WORDS.iter().any(|word| line.contains(word))
}

fn end(lines: &[String], most: usize) -> Vec<String> {
    lines[lines.len().saturating_sub(most)..].iter().map(|line| cut(line)).collect()
}

fn cut(line: &str) -> String {
    if line.chars().count() <= WIDTH {
        return line.to_owned();
    }
    line.chars().take(WIDTH - 1).chain(['…']).collect()
}

/// Without what moves a cursor, colours a terminal or turns the direction of writing.
fn clean(line: &str) -> String {
    let mut clean = String::with_capacity(line.len());
    let mut rest = line.chars().peekable();
    while let Some(sign) = rest.next() {
        match sign {
            // A sequence such as `ESC [ 3 1 m` goes as a whole.
            '\u{1b}' if rest.peek() == Some(&'[') => {
                rest.next();
                while rest.next_if(|sign| !('@'..='~').contains(sign)).is_some() {}
                rest.next();
            }
            '\t' => clean.push(' '),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            sign if sign.is_control() => {}
            sign => clean.push(sign),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_log_the_end_is_kept_and_no_line_is_longer_than_a_page_can_show() {
        let log: String = (0..100).map(|n| format!("{n} {}\n", "x".repeat(1000))).collect();
        let kept = Excerpt::of(&log).last;
        assert_eq!(kept.len(), 20);
        assert!(kept[0].starts_with("80 ") && kept[19].starts_with("99 "), "{kept:?}");
        assert!(kept.iter().all(|line| line.chars().count() == 300 && line.ends_with('…')), "{kept:?}");
    }

    #[test]
    fn nothing_in_a_log_moves_a_cursor_or_turns_the_writing_around() {
        let kept = Excerpt::of("\u{1b}[31mred\u{1b}[0m\tand\u{7}\u{8} \u{202e}back\r\n\n\u{0}\n").last;
        assert_eq!(kept, ["red and back"]);
    }

    #[test]
    fn a_refusal_is_found_however_far_from_the_end_it_stands() {
        let refusal = "botocore.exceptions.ClientError: An error occurred (AccessDeniedException) when calling the \
                       GetParameter operation: User: arn:aws:sts::1:assumed-role/x is not authorized";
        let log = format!("begin\n{refusal}\n{}", "and on\n".repeat(50));
        let excerpt = Excerpt::of(&log);
        assert_eq!(excerpt.denied, [refusal]);
        assert_eq!(excerpt.last.len(), 20);
        assert!(Excerpt::of("all is well").denied.is_empty());
    }
}
