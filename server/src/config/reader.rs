//! A small typed reader over TOML's tree: it knows where everything stands, collects what is wrong, and
//! notices every key that nobody asked for.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    mistake::{Findings, Found, Origin, Reported, Wrong, quoted},
    shape::Part,
};

/// The file that is read.
#[derive(Debug)]
pub(super) struct Source<'a> {
    file: &'a Path,
    text: &'a str,
    findings: &'a Findings,
    /// The lines that are not TOML. What was guessed for them is not complained about a second time.
    broken: BTreeSet<usize>,
}

impl<'a> Source<'a> {
    pub fn new(file: &'a Path, text: &'a str, findings: &'a Findings) -> Self {
        Self { file, text, findings, broken: BTreeSet::new() }
    }

    /// The tree of the file; every line that is not TOML is reported. Nothing, if a head is broken: what
    /// stands below it would be read as part of something else.
    pub fn parse(&mut self) -> Option<Spanned<DeTable<'a>>> {
        let (tree, errors) = DeTable::parse_recoverable(self.text);
        let mut heads_hold = true;
        for error in errors {
            let origin = self.origin(error.span().unwrap_or(0..0).start);
            if let Origin::File { line, .. } = origin {
                self.broken.insert(line);
                let is_head = self.text.lines().nth(line - 1).is_some_and(|text| text.trim_start().starts_with('['));
                heads_hold &= !is_head || error.message() == DUPLICATE;
            }
            self.findings.add(&origin, not_toml(error.message()));
        }
        heads_hold.then_some(tree)
    }

    fn origin(&self, offset: usize) -> Origin {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Origin::File {
            file: self.file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[start..].trim_start_matches('\u{feff}').chars().count() + 1,
        }
    }

    fn report(&self, origin: &Origin, wrong: Wrong) -> Reported {
        match origin {
            Origin::File { line, .. } if self.broken.contains(line) => self.findings.reported_before(),
            _ => self.findings.add(origin, wrong),
        }
    }
}

const DUPLICATE: &str = "duplicate key";

/// What the parser says, and what mends it.
fn not_toml(message: &str) -> Wrong {
    let (what, mend) = match message {
        DUPLICATE => ("this is given twice", "keep one; only [[pair]] may stand several times"),
        m if m.starts_with("string values must be quoted") => {
            ("the value has no quotes", "put it in \"double quotes\"")
        }
        m if m.contains("leading zero") => ("a number cannot begin with 0", "put it in \"double quotes\""),
        m if m.contains("boolean") => ("this is neither true nor false", "write true or false, in small letters"),
        m => (m, "write it as TOML, see https://toml.io"),
    };
    Wrong::new(what, mend)
}

/// One part of the file, and what of it has not been read yet.
#[derive(Debug)]
pub(super) struct Section<'s, 'a> {
    source: &'s Source<'a>,
    part: Part,
    pub origin: Origin,
    /// Whether it stands in the file.
    there: bool,
    left: BTreeMap<&'s str, (usize, &'s Spanned<DeValue<'a>>)>,
}

impl<'s, 'a> Section<'s, 'a> {
    pub fn new(source: &'s Source<'a>, part: Part, at: usize, table: Option<&'s DeTable<'a>>) -> Self {
        let keys = table.into_iter().flat_map(DeTable::iter);
        let left = keys.map(|(key, value)| (key.get_ref().as_ref(), (key.span().start, value))).collect();
        Self { source, part, origin: source.origin(at), there: table.is_some(), left }
    }

    /// Whether somebody wrote it, be it empty.
    pub const fn is_there(&self) -> bool {
        self.there
    }

    fn take(&mut self, key: &'static str) -> Option<(Origin, &'s Spanned<DeValue<'a>>)> {
        debug_assert!(self.part.keys().contains(&key), "{key} is missing in the keys of {:?}", self.part);
        let (_, value) = self.left.remove(key)?;
        Some((self.source.origin(value.span().start), value))
    }

    /// A text that its rule takes; nothing if the key is not there.
    pub fn optional<T>(
        &mut self,
        key: &'static str,
        rule: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Result<Option<Found<T>>, Reported> {
        let Some((origin, value)) = self.take(key) else { return Ok(None) };
        let Some(text) = value.get_ref().as_str() else {
            let written = &self.source.text[value.span()];
            let mend = match (value.get_ref(), rule(written)) {
                (DeValue::Table(_) | DeValue::Array(_), _) => format!("write `{key} = \"…\"`"),
                (_, Err(wrong)) => wrong.mend,
                (_, Ok(_)) => format!("put it in quotes: `{key} = \"{written}\"`"),
            };
            return Err(self.wrong_type(key, &origin, value, "a text", &mend));
        };
        match rule(text) {
            Ok(value) => Ok(Some(Found { value, origin })),
            Err(wrong) => Err(self.source.report(&origin, wrong)),
        }
    }

    /// A text or a number that its rule takes, as it is written; nothing if the key is not there.
    pub fn text_or_number<T>(
        &mut self,
        key: &'static str,
        rule: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Result<Option<Found<T>>, Reported> {
        let Some((origin, value)) = self.take(key) else { return Ok(None) };
        let written = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            // TOML lets digits be grouped.
            DeValue::Integer(_) | DeValue::Float(_) => self.source.text[value.span()].replace('_', ""),
            _ => {
                let mend = format!("write `{key} = \"1200.00\"` or `{key} = 1200`");
                return Err(self.wrong_type(key, &origin, value, "a text or a number", &mend));
            }
        };
        match rule(&written) {
            Ok(value) => Ok(Some(Found { value, origin })),
            Err(wrong) => Err(self.source.report(&origin, wrong)),
        }
    }

    /// A text that must be there.
    pub fn needed<T>(
        &mut self,
        key: &'static str,
        example: &str,
        rule: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Result<Found<T>, Reported> {
        if let Some(found) = self.optional(key, rule)? {
            return Ok(found);
        }
        if !self.source.broken.is_empty() {
            // It may stand in one of the lines that could not be read.
            return Err(self.source.findings.reported_before());
        }
        let what = format!("{} has no `{key}`", self.part.head());
        Err(self.source.report(&self.origin, Wrong::new(what, format!("add `{key} = \"{example}\"`"))))
    }

    /// A list of texts that its rule takes; nothing if the key is not there.
    pub fn list<T>(
        &mut self,
        key: &'static str,
        rule: impl Fn(&str) -> Result<T, Wrong>,
    ) -> Result<Option<Vec<T>>, Reported> {
        let Some((origin, value)) = self.take(key) else { return Ok(None) };
        let mend = format!("write `{key} = [\"…\", \"…\"]`");
        let Some(items) = value.get_ref().as_array() else {
            return Err(self.wrong_type(key, &origin, value, "a list", &mend));
        };
        let read = items.iter().map(|item| {
            let at = self.source.origin(item.span().start);
            match item.get_ref().as_str() {
                Some(text) => rule(text).map_err(|wrong| self.source.report(&at, wrong)),
                None => Err(self.wrong_type(key, &at, item, "texts", &mend)),
            }
        });
        // All of them, so that each mistake is named.
        let read: Vec<_> = read.collect();
        read.into_iter().collect::<Result<Vec<_>, _>>().map(Some)
    }

    /// `true` or `false`; nothing if the key is not there.
    pub fn truth(&mut self, key: &'static str) -> Result<Option<bool>, Reported> {
        let Some((origin, value)) = self.take(key) else { return Ok(None) };
        let Some(truth) = value.get_ref().as_bool() else {
            let mend = format!("write `{key} = true` or `{key} = false`, without quotes");
            return Err(self.wrong_type(key, &origin, value, "true or false", &mend));
        };
        Ok(Some(truth))
    }

    /// A whole number within bounds; nothing if the key is not there.
    pub fn number(
        &mut self,
        key: &'static str,
        bounds: std::ops::RangeInclusive<u32>,
    ) -> Result<Option<u32>, Reported> {
        let Some((origin, value)) = self.take(key) else { return Ok(None) };
        let mend = format!("write `{key} = {}` or more, at most {}, without quotes", bounds.start(), bounds.end());
        let Some(written) = value.get_ref().as_integer() else {
            return Err(self.wrong_type(key, &origin, value, "a whole number", &mend));
        };
        let number = u32::from_str_radix(written.as_str(), written.radix()).ok();
        let Some(number) = number.filter(|number| bounds.contains(number)) else {
            let what = format!("{key} {} is out of bounds", quoted(&self.source.text[value.span()]));
            return Err(self.source.report(&origin, Wrong::new(what, mend)));
        };
        Ok(Some(number))
    }

    /// Those of the known keys that stand here, with what they hold as texts; every other key is reported.
    pub fn words(
        mut self,
        known: &[&'static str],
    ) -> impl Iterator<Item = (&'static str, Result<Found<String>, Reported>)> {
        let found: Vec<_> = known
            .iter()
            .filter_map(|key| match self.optional(key, |text| Ok(text.to_owned())) {
                Ok(None) => None,
                Ok(Some(found)) => Some((*key, Ok(found))),
                Err(reported) => Some((*key, Err(reported))),
            })
            .collect();
        self.finish();
        found.into_iter()
    }

    /// A part below this one; an empty one if it is not there.
    pub fn section(&mut self, key: &'static str, part: Part) -> Section<'s, 'a> {
        let Some((origin, value)) = self.take(key) else { return Section::new(self.source, part, 0, None) };
        let table = value.get_ref().as_table();
        if table.is_none() {
            let mend = format!("write {} on a line of its own and its keys below", part.head());
            self.wrong_type(key, &origin, value, "a section", &mend);
        }
        Section::new(self.source, part, value.span().start, table)
    }

    /// The parts below this one that may stand several times.
    pub fn sections(&mut self, key: &'static str, part: Part) -> Result<Vec<Section<'s, 'a>>, Reported> {
        let Some((origin, value)) = self.take(key) else { return Ok(Vec::new()) };
        let mend = format!("write {}, with double brackets, above each one's keys", part.head());
        let Some(items) = value.get_ref().as_array() else {
            // A single one is read all the same, for what else may be wrong with it.
            let alone =
                value.get_ref().as_table().map(|t| Section::new(self.source, part, value.span().start, Some(t)));
            let reported = self.wrong_type(key, &origin, value, "sections", &mend);
            return alone.map(|alone| vec![alone]).ok_or(reported);
        };
        let read: Vec<_> = items
            .iter()
            .filter_map(|item| {
                let table = item.get_ref().as_table();
                if table.is_none() {
                    self.wrong_type(key, &self.source.origin(item.span().start), item, "sections", &mend);
                }
                Some(Section::new(self.source, part, item.span().start, Some(table?)))
            })
            .collect();
        if read.is_empty() && !items.is_empty() { Err(self.source.findings.reported_before()) } else { Ok(read) }
    }

    fn wrong_type(&self, key: &str, at: &Origin, value: &Spanned<DeValue<'_>>, want: &str, mend: &str) -> Reported {
        let is = match value.get_ref() {
            DeValue::String(text) => format!("the text {}", quoted(text)),
            DeValue::Integer(_) | DeValue::Float(_) => "a number".to_owned(),
            DeValue::Boolean(_) => "true or false".to_owned(),
            DeValue::Datetime(_) => "a date or a time".to_owned(),
            DeValue::Array(_) => "a list".to_owned(),
            DeValue::Table(_) => "a section".to_owned(),
        };
        self.source.report(at, Wrong::new(format!("`{key}` wants {want}, and this is {is}"), mend))
    }

    /// Reports every key that is left: this part knows it, but it means nothing beside another one.
    pub fn finish_beside(self, other: &str, mend: impl Fn(&str) -> String) {
        for (key, (at, _)) in self.left {
            let wrong = if self.part.keys().contains(&key) {
                Wrong::new(format!("`{key}` means nothing beside {other}"), mend(key))
            } else {
                self.part.unknown(key)
            };
            self.source.report(&self.source.origin(at), wrong);
        }
    }

    /// Reports every key that was not read.
    pub fn finish(self) {
        for (key, (at, _)) in self.left {
            self.source.report(&self.source.origin(at), self.part.unknown(key));
        }
    }
}
