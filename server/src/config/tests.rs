//! The configuration as a whole: what it says when it is right, and where it points when it is not.

mod costs;
mod lineage;
mod policy;
mod provider;
mod sign_in;
mod together;
mod traces;

use std::{fmt::Write as _, path::Path};

use proptest::prelude::*;

use super::*;

const PAIR: &str = "[[pair]]\nproject = \"p\"\nenvironment = \"dev\"\nregion = \"us-east-2\"\n";

fn load_with(text: &str, env: &[(&str, &str)], flags: &Overrides) -> Result<Config, Mistakes> {
    let findings = Findings::default();
    let env = |name: &str| env.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    let config = check(Path::new("teal.toml"), text, &env, flags, &findings);
    findings.judge(config)
}

fn load(text: &str) -> Result<Config, Mistakes> {
    load_with(text, &[], &Overrides::default())
}

/// The freezes of a pair whose policy holds these sections.
pub fn example_freezes(sections: &str) -> Vec<FreezeRule> {
    load(&format!("{PAIR}{sections}")).unwrap_or_else(|mistakes| panic!("{mistakes}")).pairs[0].freezes.clone()
}

/// A pair that says nothing of itself.
pub fn example_pair() -> PairConfig {
    load(PAIR).unwrap_or_else(|mistakes| panic!("{mistakes}")).pairs[0].clone()
}

/// What is said of the file, a line each.
fn said(text: &str) -> Vec<String> {
    load(text).unwrap_err().iter().map(ToString::to_string).collect()
}

/// One mistake is said, and it begins like this.
#[track_caller]
fn one(text: &str, beginning: &str) {
    let said = said(text);
    assert_eq!(said.len(), 1, "{said:#?}");
    assert!(said[0].starts_with(beginning), "{said:#?}");
}

#[test]
fn a_pair_needs_only_project_environment_and_region() {
    let config = load(EXAMPLE).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:3000");
    assert_eq!(config.store.path, Path::new("teal.db"));
    assert_eq!(config.store.spool, Path::new("spool"));
    assert_eq!(config.store.origin, Origin::Default);
    assert_eq!(config.polling.flag, Duration::from_secs(2));
    assert_eq!(config.polling.environments, Duration::from_secs(30));
    assert_eq!(config.polling.request_timeout, Duration::from_secs(5));
    assert_eq!(config.grace, Duration::from_mins(10));
    assert!(!config.cloudtrail);
    assert_eq!(config.runs_in, None);
    let [pair] = &config.pairs[..] else { panic!("{:?}", config.pairs) };
    assert_eq!(pair.id.as_str(), "dev");
    assert_eq!(pair.title, "mwaa-openlineage · dev");
    assert_eq!(pair.names, teal_domain::PairNames::by_convention("mwaa-openlineage", "dev"));
    assert_eq!((&pair.account, &pair.assume_role_arn), (&None, &None));
}

#[test]
fn everything_can_be_said_and_is_taken_as_it_is_said() {
    let config = load(
        "listen = \"[::1]:8080\"\ngrace = \"15m\"\ncloudtrail = true\nruns_in = \"eu-west-1\"\n\
         store = { path = \"/var/lib/teal/j.db\", spool = \"/var/spool/teal\" }\n\
         polling = { flag = \"500ms\", environments = \"1m\", request_timeout = \"2s\" }\n\
         [[pair]]\nid = \"analytics\"\nname = \"Analytics\"\nproject = \"p\"\nenvironment = \"Dev_1\"\n\
         region = \"eu-west-1\"\naccount = \"123456789012\"\n\
         assume_role_arn = \"arn:aws:iam::123456789012:role/teal\"\nnames.flag = \"/teal/flag\"\nnames.blue = \"b\"\n",
    )
    .unwrap();
    assert_eq!(config.listen.to_string(), "[::1]:8080");
    assert_eq!(config.store.path, Path::new("/var/lib/teal/j.db"));
    assert_eq!(config.store.spool, Path::new("/var/spool/teal"));
    assert_eq!(config.store.origin.to_string(), "teal.toml:5:18");
    assert_eq!((config.polling.flag, config.grace), (Duration::from_millis(500), Duration::from_mins(15)));
    assert!(config.cloudtrail);
    assert_eq!(config.home().region.as_deref(), Some("eu-west-1"));
    let pair = &config.pairs[0];
    assert_eq!((pair.id.as_str(), pair.title.as_str()), ("analytics", "Analytics"));
    assert_eq!((pair.names.flag.as_str(), pair.names.blue.as_str()), ("/teal/flag", "b"));
    assert_eq!(pair.names.green, "p-green-Dev_1", "each name can be overridden by itself");
    assert_eq!(pair.account.as_deref(), Some("123456789012"));
    assert_eq!(pair.assume_role_arn.as_deref(), Some("arn:aws:iam::123456789012:role/teal"));
}

#[test]
fn flags_beat_the_environment_which_beats_the_file_which_beats_the_default() {
    let file = format!("listen = \"127.0.0.1:1\"\nsite = \"from-file\"\nstore.path = \"file.db\"\n{PAIR}");
    let env = [("TEAL_LISTEN", "127.0.0.1:2"), ("TEAL_STORE_PATH", "data/env.db")];
    let flags = Overrides { listen: Some("127.0.0.1:3".to_owned()), ..Overrides::default() };
    let config = load_with(&file, &env, &flags).unwrap();
    assert_eq!(config.listen.port(), 3);
    assert_eq!(
        (config.store.path.as_path(), config.store.spool.as_path()),
        (Path::new("data/env.db"), Path::new("data/spool"))
    );
    assert_eq!(config.store.origin, Origin::Variable("TEAL_STORE_PATH"));
    assert_eq!(config.site, Path::new("from-file"));
    let env = [("TEAL_SITE", "from-env")];
    assert_eq!(load_with(&file, &env, &Overrides::default()).unwrap().site, Path::new("from-env"));
    assert_eq!(load(&file).unwrap().listen.port(), 1);
}

#[test]
fn a_bad_flag_or_variable_is_named_by_its_name_even_where_another_wins() {
    let flags = Overrides { listen: Some("nowhere".to_owned()), ..Overrides::default() };
    let env = [("TEAL_LISTEN", "0.0.0.0:80"), ("TEAL_SITE", "")];
    let file = format!("listen = \"localhost\"\n{PAIR}");
    let mistakes = load_with(&file, &env, &flags).unwrap_err();
    let places: Vec<_> = mistakes.iter().map(|mistake| mistake.origin.to_string()).collect();
    assert_eq!(places, ["teal.toml:1:10", "TEAL_LISTEN", "TEAL_SITE", "--listen"]);
}

#[test]
fn every_mistake_is_said_in_one_go_in_the_order_of_the_file() {
    let text = "listen = \"0.0.0.0:3000\"\ngrace = \"1m\"\n[polling]\nflag = \"0s\"\nflags = 3\n\
                [[pair]]\nproject = \"p\"\nenvironment = \"dev\"\nregoin = \"us-east-2\"\n\
                [[pair]]\nid = \"Not One\"\nproject = \"p\"\nenvironment = \"dev\"\nregion = \"nowhere\"\naccount = 12\n";
    let said = said(text);
    let places: Vec<_> = said.iter().map(|line| line.split(": ").next().unwrap()).collect();
    let expected = ["1:10", "2:9", "4:8", "5:1", "6:1", "9:1", "11:6", "14:10", "15:11"];
    assert_eq!(places, expected.map(|place| format!("teal.toml:{place}")), "{said:#?}");
}

#[test]
fn an_unknown_key_is_named_with_its_line_and_the_key_that_was_meant() {
    one(
        "[[pair]]\nproject = \"p\"\nenvironment = \"dev\"\nregion = \"us-east-2\"\nregoin = \"us-east-2\"\n",
        "teal.toml:5:1: unknown key `regoin` in [[pair]]: did you mean `region`?",
    );
    one(&format!("colour = 1\n{PAIR}"), "teal.toml:1:1: unknown key `colour` at the top of the file: remove it; ");
    one(&format!("[poling]\nflag = \"2s\"\n{PAIR}"), "teal.toml:1:2: unknown key `poling` at the top");
    one(&format!("{PAIR}[pair.names]\nbleu = \"b\"\n"), "teal.toml:6:1: unknown key `bleu` in [pair.names]: did you");
    one(
        &format!("[store]\npaht = \"x\"\n{PAIR}"),
        "teal.toml:2:1: unknown key `paht` in [store]: did you mean `path`?",
    );
    one(&format!("{PAIR}grace = \"10m\"\n"), "teal.toml:5:1: unknown key `grace` in [[pair]]: it belongs at the top");
}

#[test]
fn a_value_of_the_wrong_type_is_named_with_its_line() {
    one(&format!("listen = 3000\n{PAIR}"), "teal.toml:1:10: `listen` wants a text, and this is a number: write an IP");
    one(
        &format!("site = 2026-01-01\n{PAIR}"),
        "teal.toml:1:8: `site` wants a text, and this is a date or a time: put it in quotes: `site = \"2026-01-01\"`",
    );
    one(
        &format!("site = [\"x\"]\n{PAIR}"),
        "teal.toml:1:8: `site` wants a text, and this is a list: write `site = \"…\"`",
    );
    one(&format!("runs_in = \"us-east-2a\"\n{PAIR}"), "teal.toml:1:11: `us-east-2a` is not an AWS region");
    one(
        &format!("cloudtrail = \"yes\"\n{PAIR}"),
        "teal.toml:1:14: `cloudtrail` wants true or false, and this is the text `yes`: write",
    );
    one(
        &format!("[polling]\nflag = 2\n{PAIR}"),
        "teal.toml:2:8: `flag` wants a text, and this is a number: say its unit: \"2s\"",
    );
    one(
        &format!("{PAIR}account = 123456789012\n"),
        "teal.toml:5:11: `account` wants a text, and this is a number: put it in quotes: `account = \"123456789012\"`",
    );
    one(
        &format!("store = \"teal.db\"\n{PAIR}"),
        "teal.toml:1:9: `store` wants a section, and this is the text `teal.db`: write [store]",
    );
    one(&format!("{PAIR}names = 1\n"), "teal.toml:5:9: `names` wants a section, and this is a number");
    one("pair = 1\n", "teal.toml:1:8: `pair` wants sections, and this is a number: write [[pair]], with double");
    one("pair = [1]\n", "teal.toml:1:9: `pair` wants sections, and this is a number: write [[pair]]");
}

#[test]
fn a_pair_in_single_brackets_is_read_for_its_other_mistakes_too() {
    let said = said("[pair]\nproject = \"p\"\nenvironment = \"dev\"\nregion = \"x\"\n");
    assert!(
        said[0].starts_with("teal.toml:1:1: `pair` wants sections, and this is a section: write [[pair]]"),
        "{said:#?}"
    );
    assert!(said[1].starts_with("teal.toml:4:10: `x` is not an AWS region"), "{said:#?}");
}

#[test]
fn what_a_pair_needs_is_asked_for_at_its_head() {
    let said = said(&format!("{PAIR}[[pair]]\n"));
    assert_eq!(said.len(), 3);
    assert!(
        said.contains(&"teal.toml:5:1: [[pair]] has no `region`: add `region = \"us-east-2\"`".to_owned()),
        "{said:#?}"
    );
}

#[test]
fn durations_out_of_bounds_are_named_with_their_lines() {
    one(
        &format!("grace = \"4m 59s\"\n{PAIR}"),
        "teal.toml:1:9: grace `4m 59s` is too short, because a signed request lives 5 minutes",
    );
    one(&format!("grace = \"2 days\"\n{PAIR}"), "teal.toml:1:9: grace `2 days` is not a duration: write a number with");
    one(&format!("[polling]\nflag = \"499ms\"\n{PAIR}"), "teal.toml:2:8: polling.flag `499ms` is too short");
    one(&format!("[polling]\nflag = \"6m\"\n{PAIR}"), "teal.toml:2:8: polling.flag `6m` is too long");
    one(&format!("[polling]\nenvironments = \"0s\"\n{PAIR}"), "teal.toml:2:16: polling.environments `0s` is too short");
    one(
        &format!("[polling]\nrequest_timeout = \"1h\"\n{PAIR}"),
        "teal.toml:2:19: polling.request_timeout `1h` is too long",
    );
}

#[test]
fn values_of_the_wrong_shape_are_named_with_their_lines() {
    one(
        &format!("listen = \"0.0.0.0:3000\"\n{PAIR}"),
        "teal.toml:1:10: `0.0.0.0:3000` can be reached from other machines",
    );
    one(&format!("metrics = \"9464\"\n{PAIR}"), "teal.toml:1:11: `9464` is not an address to listen on");
    one(
        &format!("metrics = \"127.0.0.1:3000\"\n{PAIR}"),
        "teal.toml:1:11: 127.0.0.1:3000 is where the pages are served: tell the figures on another port",
    );
    one(&format!("[store]\npath = \"data/\"\n{PAIR}"), "teal.toml:2:8: `data/` is a folder");
    one(&format!("[store]\nspool = \"\"\n{PAIR}"), "teal.toml:2:9: a path is empty");
    one(&PAIR.replace("us-east-2", "us-east-2b"), "teal.toml:4:10: `us-east-2b` is not an AWS region: did you mean");
    one(&PAIR.replace("\"p\"", "\"my project\""), "teal.toml:2:11: `my project` cannot be a project");
    one(&PAIR.replace("dev", "d/v"), "teal.toml:3:15: `d/v` cannot be an environment");
    one(&format!("{PAIR}id = \"DEV\"\n"), "teal.toml:5:6: `DEV` cannot be the id of a pair");
    one(&format!("{PAIR}name = \"\"\n"), "teal.toml:5:8: `` cannot be the name of a pair");
    one(&format!("{PAIR}account = \"1\"\n"), "teal.toml:5:11: `1` is not an AWS account");
    one(&format!("{PAIR}assume_role_arn = \"teal\"\n"), "teal.toml:5:19: `teal` is not the ARN of a role");
    one(&format!("{PAIR}names.flag = \"a/b\"\n"), "teal.toml:5:14: `a/b` cannot be the name of a parameter");
    one(&format!("{PAIR}names.green = \"1\"\n"), "teal.toml:5:15: `1` cannot be the name of an MWAA environment");
}

#[test]
fn names_that_convention_would_make_too_long_are_named_where_they_come_from() {
    let long = "p".repeat(76);
    let said = said(&PAIR.replace("\"p\"", &format!("\"{long}\"")));
    assert_eq!(said.len(), 2, "blue and green: {said:#?}");
    assert!(said[0].starts_with("teal.toml:3:15: ") && said[0].contains("MWAA allows 80: shorten"), "{said:#?}");
    let named = PAIR.replace("\"p\"", &format!("\"{long}\"")) + "names = { blue = \"b\", green = \"g\" }\n";
    assert!(load(&named).is_ok());
}

#[test]
fn figures_are_told_only_where_somebody_says_so_and_also_to_other_machines() {
    assert_eq!(load(PAIR).unwrap().metrics, None);
    let told = load(&format!("metrics = \"10.0.0.7:9464\"\n{PAIR}")).unwrap().metrics;
    assert_eq!(told.map(|at| at.to_string()).as_deref(), Some("10.0.0.7:9464"));
}

#[test]
fn a_pair_is_called_after_its_environment_or_asks_for_an_id() {
    assert_eq!(load(&PAIR.replace("dev", "Dev_EU")).unwrap().pairs[0].id.as_str(), "dev-eu");
    one(
        &PAIR.replace("dev", "2nd"),
        "teal.toml:3:15: the pair would be called after its environment, and `2nd` cannot",
    );
    assert!(load(&(PAIR.replace("dev", "2nd") + "id = \"second\"\n")).is_ok());
}

#[test]
fn a_file_without_a_pair_is_answered_with_an_example() {
    let said = said("listen = \"127.0.0.1:3000\"\n");
    assert_eq!(said, [format!("teal.toml: there is no pair: add one, for instance\n\n{EXAMPLE}")]);
    one("pair = []\n", "teal.toml: there is no pair");
    one("", "teal.toml: there is no pair");
}

#[test]
fn what_is_not_toml_is_named_with_its_line_and_does_not_hide_the_rest() {
    let said = said("[[pair]]\nproject = \"p\"\nenvironment = dev\nregion = us-east-2\nacount = \"1\"\n");
    assert_eq!(said[0], "teal.toml:3:15: the value has no quotes: put it in \"double quotes\"");
    assert_eq!(said[1], "teal.toml:4:10: the value has no quotes: put it in \"double quotes\"");
    assert!(said[2].starts_with("teal.toml:5:1: unknown key `acount`"), "{said:#?}");
    assert_eq!(said.len(), 3);
    one(&format!("a b\n{PAIR}"), "teal.toml:1:3: key with no value");
    one(&format!("grace = \"10m\n{PAIR}"), "teal.toml:1:13: invalid basic string");
    one(&format!("cloudtrail = True\n{PAIR}"), "teal.toml:1:14: this is neither true nor false: write true or false");
    one(&format!("{PAIR}account = 012345678901\n"), "teal.toml:5:11: a number cannot begin with 0: put it in");
    one(&format!("{PAIR}region = \"us-east-1\"\n"), "teal.toml:5:1: this is given twice: keep one");
    one(&PAIR.replace("region =", "region"), "teal.toml:4:8: key with no value");
    let second = PAIR.replace("dev", "prod") + "names.flag \"/other\"\n";
    one(&format!("{PAIR}{second}"), "teal.toml:9:12: key with no value");
}

#[test]
fn a_broken_head_is_all_that_is_said_for_what_is_below_would_be_misread() {
    one("[[pair]\nproject = \"p\"\nbogus = 1\n", "teal.toml:1:8: unclosed array table, expected `]`");
    let said = said(&format!("[polling]\nflag = \"0s\"\n[polling]\nflags = 1\n{PAIR}"));
    assert!(said.iter().any(|line| line.starts_with("teal.toml:3:2: this is given twice")), "{said:#?}");
    assert!(said.iter().any(|line| line.starts_with("teal.toml:2:8: polling.flag")), "what can be read is: {said:#?}");
}

#[test]
fn lines_and_columns_are_counted_as_an_editor_does() {
    one(&format!("\u{feff}grace = \"1s\"\r\n{PAIR}"), "teal.toml:1:9: grace");
    one(
        &format!("# ünïcode\r\n\r\nstore = {{ spool = \"ü\", pth = \"\" }}\n{PAIR}"),
        "teal.toml:3:24: unknown key `pth`",
    );
}

#[test]
fn a_missing_or_unreadable_file_is_answered_with_how_to_make_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("teal.toml");
    let load = |file| Config::load(file, &|_| None, &Overrides::default()).map_err(|mistakes| mistakes.to_string());
    let missing = load(Some(&file)).unwrap_err();
    assert_eq!(
        missing,
        format!("{}: there is no such file: make it, for instance with this in it\n\n{EXAMPLE}", file.display())
    );
    assert!(load(None).unwrap_err().starts_with("configuration: no file was given, so there is no pair: write a teal"));
    assert!(load(Some(folder.path())).unwrap_err().contains(": the file cannot be read ("));
    std::fs::write(&file, b"# fine\n# \xff\n").unwrap();
    assert!(load(Some(&file)).unwrap_err().contains("teal.toml: line 2 is not UTF-8: save"));
    std::fs::write(&file, EXAMPLE).unwrap();
    assert_eq!(load(Some(&file)).unwrap().pairs.len(), 1);
}

#[test]
fn the_manual_names_every_key_and_its_examples_load() {
    let manual = include_str!("../../../docs/configuration.md");
    for part in Part::ALL {
        for key in part.keys() {
            assert!(manual.contains(&format!("`{key}`")) || manual.contains(&format!("[{key}]")), "{key}");
        }
    }
    let examples: Vec<_> = manual.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(examples.len() >= 2);
    for example in examples {
        load(example).unwrap_or_else(|mistakes| panic!("{mistakes}\nin\n{example}"));
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic_and_none_loads_without_a_pair(text in "\\PC{0,200}|([\\[\\]={}\"'a-z.#\n 0-9]{0,200})") {
        if let Ok(config) = load(&text) {
            prop_assert!(!config.pairs.is_empty());
        }
    }

    #[test]
    fn a_good_file_with_characters_damaged_never_panics(at in 0_usize..400, with in "\\PC|\n|\"|\\[|=") {
        let mut text = format!("grace = \"10m\"\n[store]\npath = \"a\"\n{PAIR}names.flag = \"/a\"\n");
        let at = text.char_indices().map(|(index, _)| index).nth(at % text.len()).unwrap_or(0);
        text.replace_range(at..=at, &with);
        if let Err(mistakes) = load(&text) {
            prop_assert!(mistakes.iter().count() > 0);
        }
    }

    #[test]
    fn any_number_of_pairs_of_their_own_is_taken(count in 1_usize..30) {
        let mut text = String::new();
        for index in 0..count {
            let _ = write!(text, "[[pair]]\nproject = \"p\"\nenvironment = \"e{index}\"\nregion = \"us-east-2\"\nnames.flag = \"/f/{index}\"\n");
        }
        prop_assert_eq!(load(&text).unwrap().pairs.len(), count);
    }
}

#[test]
fn row_8_nobody_may_show_a_frame_unless_they_are_named() {
    assert_eq!(load(EXAMPLE).unwrap().embed, EmbedConfig::default());
    let text = format!("{PAIR}[embed]\nparents = [\"https://portal.example.com\", \"http://localhost:8080\"]\n");
    let embed = load(&text).unwrap().embed;
    assert_eq!(embed.parents, ["https://portal.example.com", "http://localhost:8080"]);
    assert!(!embed.cross_site);
    one(
        &format!("{PAIR}[embed]\nparents = [\"https://portal.example.com\", \"*\"]\n"),
        "teal.toml:6:42: `*` is no origin: write scheme, host",
    );
    one(
        &format!("{PAIR}[embed]\nparent = []\n"),
        "teal.toml:6:1: unknown key `parent` in [embed]: did you mean `parents`?",
    );
}

#[test]
fn row_2_weaker_cookies_are_refused_where_they_are_of_no_use() {
    one(
        &format!("{PAIR}[embed]\ncross_site = true\n"),
        "teal.toml:5:1: `cross_site` weakens the cookies, and there is no page that may show a frame: name such pages",
    );
    let parents = "parents = [\"https://portal.example.com\"]";
    one(
        &format!("{PAIR}[embed]\ncross_site = true\n{parents}\n"),
        "teal.toml:5:1: `cross_site` is about the cookies of people who sign in, and nobody does: leave it out",
    );
    let sign_in = "[sign_in]\nkind = \"oidc\"\npublic_url = \"https://teal.example.com\"\nissuer = \"https://id.example.com\"\nclient_id = \"teal\"\n";
    assert!(load(&format!("{PAIR}{sign_in}[embed]\ncross_site = true\n{parents}\n")).unwrap().embed.cross_site);
}
