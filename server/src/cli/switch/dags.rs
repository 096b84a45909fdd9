//! What a switch would do with the DAGs, on a terminal.

use teal_app::words::{ago, dags as words};
use teal_domain::{Timestamp, preview::Preview};

/// So many names are told of a group; `--json` has them all.
const SHOWN: usize = 12;

/// A line for each group, with why below what calls for somebody.
pub fn text(preview: &Preview, now: Timestamp) -> Vec<String> {
    let line = |text: &str| format!("{:<8} {text}", "");
    let mut lines = vec![format!("{:<8} {}", "DAGs", preview.strategy.as_str())];
    lines.extend(words::at_rest(preview).map(|rest| line(&rest)));
    let lists = match &preview.lists {
        Ok(lists) => lists,
        Err(unread) => {
            let because = unread.because.as_ref().map(|because| format!(": {because}")).unwrap_or_default();
            lines.push(line(&format!("{}{because}", words::unread(unread))));
            return lines;
        }
    };
    // Where policy moves nothing, nothing was read for it.
    let Some(read) = lists.read_at else { return lines };
    lines.extend(words::unknown(lists, preview.target).map(|unknown| line(&format!("Not known: {unknown}."))));
    for group in words::groups(lists, preview.target) {
        lines.push(line(&format!("{} ({}): {}", group.title, group.dags.len(), named(&group.dags))));
        if group.calls {
            lines.push(format!("{:17}-> {}", "", group.why));
        }
    }
    lines.push(line(&format!("Read {}; read again right after the flip.", ago(read, now))));
    lines
}

fn named(dags: &[String]) -> String {
    let shown = dags.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    match dags.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use teal_domain::{
        Color,
        dags::Strategy,
        preview::{Lists, Unread},
    };

    const NOW: Timestamp = Timestamp(12_000);

    fn of(lists: Result<Lists, Unread>) -> Vec<String> {
        text(&Preview { strategy: Strategy::PauseStandby, target: Color::Green, lists }, NOW)
    }

    #[test]
    fn each_group_is_a_line_and_what_would_not_run_as_before_says_why() {
        let lists = Lists {
            moves: 14,
            at_once: (1..=14).map(|number| format!("dag_{number}")).collect(),
            missing: vec!["legacy".into()],
            at_work: Some(vec![("dag_1".into(), 2)]),
            read_at: Some(Timestamp(0)),
            ..Lists::default()
        };
        let lines = of(Ok(lists));
        assert_eq!(lines[0], "DAGs     pause-standby");
        assert_eq!(lines[1], "         Not known: which DAGs wait for the run before.");
        assert!(
            lines[2].starts_with("         Unpaused on Green at once (14): dag_1, ")
                && lines[2].ends_with("dag_12 and 2 more")
        );
        assert_eq!(lines[3], "         At work on Blue now (1): dag_1");
        assert_eq!(lines[4], "         Not on Green (1): legacy");
        assert_eq!(lines[5], "                 -> They work now and would not work after the switch.");
        assert_eq!(lines[6], "         Read 12 s ago; read again right after the flip.");
    }

    #[test]
    fn what_has_not_been_read_is_said_and_no_list_is_shown_as_empty() {
        let lines = of(Err(Unread { side: Color::Blue, because: Some("403.".into()) }));
        assert_eq!(lines, ["DAGs     pause-standby", "         The DAGs of Blue have not been read: 403."]);
    }
}
