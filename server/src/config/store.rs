//! Where the store is kept, and whether a store can be kept there. Opening it is `crate::store`'s work.

use std::{
    fs::OpenOptions,
    io,
    path::{Path, PathBuf},
};

use super::mistake::{Mistake, Origin};

/// Where the store is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreConfig {
    /// The database file. By default `teal.db` in the working directory.
    pub path: PathBuf,
    /// The folder in which the server looks for the spool files of emergency switches, to merge them. It need
    /// not exist. By default `spool` beside the store.
    pub spool: PathBuf,
    /// Who said where the store is.
    pub origin: Origin,
}

impl StoreConfig {
    /// A mistake about the store, placed where its path was given: for whoever opens it.
    pub fn mistake(&self, what: impl Into<String>, mend: impl Into<String>) -> Mistake {
        Mistake { origin: self.origin.clone(), what: what.into(), mend: mend.into() }
    }

    /// Where spool files are looked for when nobody says.
    pub(super) fn default_spool(path: &Path) -> PathBuf {
        path.with_file_name("spool")
    }
}

/// Whether a store can be kept where the configuration says: the folder exists and can be written to (the
/// database puts files beside it), and the path is a file that can be written, or nothing yet. Tries it by
/// making a file in the folder and removing it.
///
/// # Errors
/// What stands in the way, with the place in the configuration that says so.
pub fn check_store_place(store: &StoreConfig) -> Result<(), Mistake> {
    let path = &store.path;
    let folder = match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
        Some(folder) => folder,
        None => Path::new("/"),
    };
    let (file, place) = (path.display(), folder.display());
    match folder.metadata() {
        Ok(found) if found.is_dir() => {}
        Ok(_) => return Err(store.mistake(format!("{place} is not a folder"), "keep the store somewhere else")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let what = format!("the store's folder {place} does not exist");
            return Err(store.mistake(what, format!("make it, for instance with `mkdir -p '{place}'`")));
        }
        Err(error) => {
            let what = format!("the store's folder {place} cannot be looked into ({error})");
            return Err(store.mistake(what, "let Teal's user into it, or keep the store somewhere else"));
        }
    }
    if path.is_dir() {
        let what = format!("{file} is a folder, and the store is a file");
        return Err(store.mistake(what, format!("write \"{}\"", path.join("teal.db").display())));
    }
    if let Err(error) = try_to_write(folder) {
        let what = format!("the store's folder {place} cannot be written to ({error})");
        return Err(store.mistake(what, "let Teal's user write there, or keep the store somewhere else"));
    }
    if path.exists()
        && let Err(error) = OpenOptions::new().read(true).write(true).open(path)
    {
        let what = format!("the store {file} cannot be written to ({error})");
        return Err(store.mistake(what, "let Teal's user read and write it"));
    }
    Ok(())
}

fn try_to_write(folder: &Path) -> io::Result<()> {
    let probe = folder.join(format!(".teal-write-test-{}", std::process::id()));
    // A probe left behind by a process that was killed, and had the same number, is in nobody's way.
    OpenOptions::new().write(true).create(true).truncate(true).open(&probe)?;
    std::fs::remove_file(&probe)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(path: PathBuf) -> StoreConfig {
        let origin = Origin::File { file: "teal.toml".into(), line: 2, column: 8 };
        StoreConfig { spool: StoreConfig::default_spool(&path), path, origin }
    }

    #[test]
    fn a_new_or_an_existing_file_in_a_folder_is_a_good_place() {
        let folder = tempfile::tempdir().unwrap();
        let store = at(folder.path().join("teal.db"));
        check_store_place(&store).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the probe is gone");
        std::fs::write(&store.path, "kept").unwrap();
        check_store_place(&store).unwrap();
        assert_eq!(std::fs::read_to_string(&store.path).unwrap(), "kept");
    }

    #[test]
    fn a_place_that_cannot_hold_a_store_is_named_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let missing = check_store_place(&at(folder.path().join("no/teal.db"))).unwrap_err().to_string();
        assert!(missing.starts_with("teal.toml:2:8: the store's folder "), "{missing}");
        assert!(missing.contains("does not exist: make it, for instance with `mkdir -p '"), "{missing}");
        let is_folder = check_store_place(&at(folder.path().to_owned())).unwrap_err().to_string();
        assert!(is_folder.contains("is a folder, and the store is a file: write \""), "{is_folder}");
        std::fs::write(folder.path().join("file"), "").unwrap();
        let below_file = check_store_place(&at(folder.path().join("file/teal.db"))).unwrap_err().to_string();
        assert!(below_file.contains("is not a folder"), "{below_file}");
    }

    #[test]
    fn a_folder_that_nobody_may_write_to_is_no_place() {
        // A file system that refuses everybody, the superuser too.
        let proc = Path::new("/proc/self");
        if proc.is_dir() {
            let mistake = check_store_place(&at(proc.join("teal.db"))).unwrap_err().to_string();
            assert!(mistake.contains("cannot be written to ("), "{mistake}");
        }
    }

    #[test]
    fn spool_files_are_looked_for_beside_the_store() {
        assert_eq!(StoreConfig::default_spool(Path::new("teal.db")), Path::new("spool"));
        assert_eq!(StoreConfig::default_spool(Path::new("/var/lib/teal/teal.db")), Path::new("/var/lib/teal/spool"));
    }
}
