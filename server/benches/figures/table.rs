//! The figures as a table for people and as `target/bench.json` for later.

use std::io::Write as _;

#[derive(Default)]
pub struct Table(Vec<Figure>);

struct Figure {
    name: &'static str,
    value: f64,
    unit: &'static str,
    bar: f64,
    holds: bool,
    note: String,
}

impl Table {
    /// A figure that may be at most `bar`.
    pub fn at_most(&mut self, name: &'static str, value: f64, unit: &'static str, bar: f64, note: String) {
        self.add(Figure { name, value, unit, bar, holds: value <= bar, note });
    }

    /// A figure that must be at least `bar`.
    pub fn at_least(&mut self, name: &'static str, value: f64, unit: &'static str, bar: f64, note: String) {
        self.add(Figure { name, value, unit, bar, holds: value >= bar, note });
    }

    fn add(&mut self, figure: Figure) {
        eprintln!("  {}: {:.3} {} ({})", figure.name, figure.value, figure.unit, figure.note);
        self.0.push(figure);
    }

    /// Prints the table and writes the file.
    pub fn write(&self) {
        println!("{:<52} {:>10} {:>6} {:>8}  {:<6} note", "figure", "value", "unit", "bar", "holds");
        for figure in &self.0 {
            let holds = if figure.holds { "yes" } else { "NO" };
            println!(
                "{:<52} {:>10.3} {:>6} {:>8}  {:<6} {}",
                figure.name, figure.value, figure.unit, figure.bar, holds, figure.note
            );
        }
        let path = process_target().join("bench.json");
        let mut file = std::fs::File::create(&path).expect("target/bench.json");
        for figure in &self.0 {
            let line = serde_json::json!({ "name": figure.name, "value": figure.value, "unit": figure.unit, "bar": figure.bar, "holds": figure.holds });
            writeln!(file, "{line}").expect("written");
        }
    }
}

fn process_target() -> std::path::PathBuf {
    std::path::PathBuf::from(std::env::var("TEAL_BENCH_TARGET").unwrap_or_else(|_| "target".into()))
}

/// The middle of a set of measurements.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
