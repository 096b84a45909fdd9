//! "Did you mean …": which known word somebody may have meant.

/// The known word nearest to what was written, if one is near enough: at most a third of its letters wrong.
pub(super) fn nearest<'a>(written: &str, known: &[&'a str]) -> Option<&'a str> {
    let written: Vec<char> = written.to_lowercase().replace('-', "_").chars().take(60).collect();
    let near = known.iter().map(|word| (distance(&written, &word.chars().collect::<Vec<_>>()), *word)).min()?;
    (near.0 <= (near.1.len() / 3).max(1)).then_some(near.1)
}

/// How many letters to add, drop, change or swap with their neighbour (optimal string alignment).
fn distance(from: &[char], to: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in to.iter().enumerate() {
            let mut best = (last[j] + usize::from(a != b)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == to[j - 1] && from[i - 1] == *b {
                best = best.min(before_last[j - 1] + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_finds_its_word() {
        let known = ["id", "name", "region", "environment", "assume_role_arn"];
        assert_eq!(nearest("regoin", &known), Some("region"));
        assert_eq!(nearest("Region", &known), Some("region"));
        assert_eq!(nearest("enviroment", &known), Some("environment"));
        assert_eq!(nearest("assume-role-arn", &known), Some("assume_role_arn"));
        assert_eq!(nearest("ids", &known), Some("id"));
    }

    #[test]
    fn a_word_far_from_all_others_is_not_guessed_at() {
        for written in ["colour", "x", "", "endpoint"] {
            assert_eq!(nearest(written, &["id", "name", "region"]), None, "{written}");
        }
        assert_eq!(nearest("id", &[]), None);
    }

    #[test]
    fn a_swap_of_neighbours_is_one_slip() {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        assert_eq!(distance(&chars("regoin"), &chars("region")), 1);
        assert_eq!(distance(&chars(""), &chars("abc")), 3);
        assert_eq!(distance(&chars("abc"), &chars("")), 3);
        assert_eq!(distance(&chars("kitten"), &chars("sitting")), 3);
    }
}
