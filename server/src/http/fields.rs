//! What the fields of a form are called. One that is misspelt must not be passed over: whoever sends
//! `emergancy=true` did not mean a planned switch.

use leptos::server_fn::ServerFn;
use serde::{
    de::{DeserializeOwned, Deserializer, Error as _, Visitor, value::Error},
    forward_to_deserialize_any,
};
use teal_app::functions::{
    AddNote, AskApproval, DecideRequest, DeclareMaintenance, Diagnose, DrillSave, DrillStop, DrillTo, GoOn,
    LiftMaintenance, SkipDrain, SmokeTest, SwitchFlag, WithdrawRequest,
};

/// What is wrong with the names in a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misnamed {
    /// The function has no such field.
    Unknown(String),
    /// It is there twice, and which one counts would be a guess.
    Twice(String),
}

/// Every function's path, and the fields that it takes. What is not here is no function.
fn known() -> [(&'static str, &'static [&'static str]); 14] {
    [
        (SwitchFlag::PATH, named::<SwitchFlag>()),
        (AskApproval::PATH, named::<AskApproval>()),
        (DecideRequest::PATH, named::<DecideRequest>()),
        (WithdrawRequest::PATH, named::<WithdrawRequest>()),
        (AddNote::PATH, named::<AddNote>()),
        (SkipDrain::PATH, named::<SkipDrain>()),
        (GoOn::PATH, named::<GoOn>()),
        (DeclareMaintenance::PATH, named::<DeclareMaintenance>()),
        (LiftMaintenance::PATH, named::<LiftMaintenance>()),
        (SmokeTest::PATH, named::<SmokeTest>()),
        (Diagnose::PATH, named::<Diagnose>()),
        (DrillSave::PATH, named::<DrillSave>()),
        (DrillTo::PATH, named::<DrillTo>()),
        (DrillStop::PATH, named::<DrillStop>()),
    ]
}

/// The fields of the function at a path.
pub fn of(path: &str) -> Option<&'static [&'static str]> {
    known().into_iter().find(|(known, _)| *known == path).map(|(_, fields)| fields)
}

/// The paths of all functions.
pub fn functions() -> impl Iterator<Item = &'static str> {
    known().into_iter().map(|(path, _)| path)
}

/// The fields that are lists: a form sends one for each box that is ticked, with `[]` behind the name.
const LISTS: [&str; 1] = ["expects"];

/// Looks at the names in a form, and at those in its address, where no field stands.
pub fn check(fields: &[&str], query: &str, form: &[u8]) -> Result<(), Misnamed> {
    if let Some((name, _)) = form_urlencoded::parse(query.as_bytes()).next() {
        return Err(Misnamed::Unknown(name.into_owned()));
    }
    let mut seen: Vec<String> = Vec::with_capacity(fields.len());
    for (name, _) in form_urlencoded::parse(form) {
        let list = name.strip_suffix("[]").is_some_and(|list| LISTS.contains(&list) && fields.contains(&list));
        if list {
            continue;
        }
        if !fields.contains(&&*name) || LISTS.contains(&&*name) {
            return Err(Misnamed::Unknown(name.into_owned()));
        }
        if seen.iter().any(|seen| *seen == name) {
            return Err(Misnamed::Twice(name.into_owned()));
        }
        seen.push(name.into_owned());
    }
    Ok(())
}

/// The names that a struct's fields have in a form, as serde knows them.
fn named<T: DeserializeOwned + ServerFn>() -> &'static [&'static str] {
    let mut names: &'static [&'static str] = &[];
    // It ends in an error by design: there is nothing to read.
    let _nothing: Result<T, Error> = T::deserialize(Names(&mut names));
    names
}

struct Names<'n>(&'n mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Names<'_> {
    type Error = Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        *self.0 = fields;
        self.deserialize_any(visitor)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("only names are asked for"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_fields_are_those_that_the_functions_take() {
        let mut switch = of("/api/fn/switch").expect("a function").to_vec();
        switch.sort_unstable();
        assert_eq!(switch, ["change_ref", "confirmation", "emergency", "in_spite", "pair", "reason", "to", "typed"]);
        assert_eq!(of("/api/fn/note"), Some(&["pair", "about", "text"][..]));
        assert_eq!(of("/api/fn/drop_everything"), None);
    }

    #[test]
    fn only_what_is_a_list_is_sent_more_than_once() {
        let fields = of("/api/fn/declare").expect("a function");
        let good = b"pair=dev&side=green&what=w&until=u&expects%5B%5D=class&expects[]=keys";
        assert_eq!(check(fields, "", good), Ok(()));
        for (form, name) in [("expects=class", "expects"), ("expects[0]=class", "expects[0]"), ("what[]=w", "what[]")] {
            assert_eq!(check(fields, "", form.as_bytes()), Err(Misnamed::Unknown(name.to_owned())), "{form}");
        }
        let note = of("/api/fn/note").expect("a function");
        assert!(check(note, "", b"expects[]=class").is_err(), "of another function");
    }

    proptest! {
        #[test]
        fn row_35_a_name_that_is_not_a_field_s_to_the_letter_is_refused(name in "[a-zA-Z_\\[\\]. %+-]{0,14}") {
            let fields = of("/api/fn/switch").expect("a function");
            let encoded: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let form = format!("pair=dev&{encoded}=true");
            let expected = if name == "pair" {
                Err(Misnamed::Twice(name.clone()))
            } else if fields.contains(&&*name) {
                Ok(())
            } else {
                Err(Misnamed::Unknown(name.clone()))
            };
            prop_assert_eq!(check(fields, "", form.as_bytes()), expected);
            let query = format!("{encoded}=true");
            prop_assert!(check(fields, &query, b"pair=dev").is_err());
        }
    }
}
