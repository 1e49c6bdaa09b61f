//! The browser that the report is tested in.

/// Both programs, with the Debian packages that bring them.
const PROGRAMS: [(&str, &str); 2] = [("chromium", "chromium"), ("chromedriver", "chromium-driver")];

/// Whether both are there; names the packages of what is missing.
pub(crate) fn is_there() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    let missing = PROGRAMS.iter().filter(|(program, _)| !folders.iter().any(|folder| folder.join(program).is_file()));
    let packages: Vec<&str> = missing.map(|(_, package)| *package).collect();
    if !packages.is_empty() {
        println!("skipped: `apt-get install {}` lets the report be tested in a browser", packages.join(" "));
    }
    packages.is_empty()
}
