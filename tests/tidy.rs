//! Holds the house rules that neither the compiler nor clippy can: which room may name which, where
//! SQL and wire types live, how files are headed and sized, and which words are not ours. It reads
//! text only. Each rule is a function over files and has a sample at the end that breaks it.
use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::Path;

/// Longest source file, in lines, its tests not counted.
const FILE_LINES_MAX: usize = 500;
/// Rooms that are not slices: everything may be named below them, and the roof sees all slices.
const GROUND: &[&str] = &["pb", "base", "outbox"];
const ROOF: &[&str] = &["server", "embedded", "cli"];

/// Files outside `store.rs` that speak SQL.
const SQL_ALLOWED: &[(&str, &str)] = &[
    ("src/base/db.rs", "makes connections and transactions"),
    ("src/base/schema.rs", "runs migrations and checks the server's settings"),
    ("src/cli/failure.rs", "puts the driver's errors into words for the operator"),
];
/// Files outside `rpc.rs` and `wire.rs` that name a wire crate, with the only name they may use.
const WIRE_ALLOWED: &[(&str, &str, &str)] = &[
    ("src/base/idempotency.rs", "prost::Message", "remembers encoded results of any method"),
    ("src/base/page.rs", "prost::Message", "binds a page token to the encoded query"),
];
/// Files of slices that are asynchronous without being façade, store or rpc.
const ASYNC_ALLOWED: &[(&str, &str)] = &[
    ("src/access/authenticate.rs", "looks credentials up, for the roof"),
    ("src/access/cache.rs", "keeps the key sets of issuers"),
    ("src/access/fetch.rs", "reads them from files and over https"),
    ("src/access/operator.rs", "makes credentials, for the command line"),
    ("src/assessment/closing.rs", "closes, counts and mixes: the steps that follow a wave's end"),
    ("src/assessment/opening.rs", "loads what a wave will rest on, decides, and freezes it"),
    ("src/directory/bulk.rs", "loads, lets the plans of imports decide, and saves"),
    ("src/insight/release.rs", "the steps of a release, each in a transaction"),
    ("src/insight/verify.rs", "reads a release and computes it again"),
    ("src/intake/stage.rs", "the steps of an import, each in a transaction"),
    ("src/respondent/writer.rs", "gathers submissions and has batches of them stored"),
];

/// Messages of the contract that carry numbers of results.
const NUMBERED: &[&str] = &[
    "ConfidenceInterval",
    "Count",
    "DisclosureAudit",
    "Estimate",
    "ListScoreBreakdownResponse",
    "NormPercentile",
    "NormValue",
    "PreviewReleaseResponse",
    "SegmentCoverage",
    "Statistic",
];
/// The files that write them. The command line reads them, as any client does.
const PRESSES: [&str; 2] = [PRESS, "src/insight/norm/wire.rs"];
const PRESS: &str = "src/insight/wire.rs";
/// What its functions that write them are given, of which each comes from disclosure.
const GIVEN: &[&str] = &["Count", "Extent", "Figure", "Preview", "Reference", "Tally"];
/// Types of disclosure whose values may be told.
const TOLD: &[&str] = &[
    "Card",
    "Contribution",
    "Extent",
    "Figure",
    "ItemCard",
    "Participation",
    "Reference",
    "ScaleCard",
    "Steps",
    "Tally",
];
/// Functions outside of those types that make them, with their files.
const MAKERS: &[(&str, &str)] =
    &[("src/disclosure/publish/mod.rs", "publish"), ("src/disclosure/steps.rs", "coverage")];
/// Functions of those types that make them, with their files.
const CONSTRUCTORS: &[(&str, &str)] = &[
    ("src/disclosure/against.rs", "given"),
    ("src/disclosure/against.rs", "of_figures"),
    ("src/disclosure/against.rs", "pooled"),
    ("src/disclosure/against.rs", "of_card"),
    ("src/disclosure/against.rs", "decode"),
    ("src/disclosure/card/mod.rs", "decode"),
    ("src/disclosure/extent.rs", "of_release"),
    ("src/disclosure/extent.rs", "preview"),
    ("src/disclosure/extent.rs", "decode"),
    ("src/disclosure/steps.rs", "plan"),
];
/// Where stored forms are read: what is stored was made by disclosure.
const READERS: &[(&str, &str)] = &[
    ("Card", "src/insight/rpc/load.rs"),
    ("Contribution", "src/insight/store/pool.rs"),
    ("Extent", "src/insight/store/read.rs"),
    ("Reference", "src/insight/store/norm.rs"),
];

struct File {
    path: String,
    text: String,
}

impl File {
    fn room(&self) -> Option<&str> {
        let inside = self.path.strip_prefix("src/")?;
        let room = inside.split('/').next()?;
        Some(room.strip_suffix(".rs").unwrap_or(room))
    }

    fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        name.strip_suffix(".rs").unwrap_or(name)
    }

    fn is_rust(&self) -> bool {
        Path::new(&self.path).extension().is_some_and(|extension| extension == "rs")
    }

    /// Whether the file is `name.rs`, lies in a folder `name`, or ends in `_name.rs`.
    fn is_storey(&self, name: &str) -> bool {
        self.stem() == name
            || self.stem().ends_with(&format!("_{name}"))
            || self.path.split('/').any(|folder| folder == name)
    }

    /// The code that ships, comments and strings blanked: a file `tests.rs` does not.
    fn shipped(&self) -> String {
        if self.stem() == "tests" {
            String::new()
        } else {
            without_tests(&take_apart(&self.text).code)
        }
    }

    fn is_store(&self) -> bool {
        self.is_storey("store")
    }

    fn is_wire(&self) -> bool {
        self.is_storey("rpc") || self.is_storey("wire")
    }
}

/// A source text taken apart: code without comments and strings, and the strings.
struct Source {
    /// The text with every character of a comment or a string replaced by a space.
    code: String,
    /// The strings, each with its line from 1.
    strings: Vec<(usize, String)>,
    /// The `//` comments that are no documentation, each with its line from 1.
    comments: Vec<(usize, String)>,
}

/// Takes a text apart. Lines stay where they are.
fn take_apart(text: &str) -> Source {
    let chars: Vec<char> = text.chars().collect();
    let mut source = Source { code: String::new(), strings: Vec::new(), comments: Vec::new() };
    let (mut at, mut line) = (0, 1);
    while at < chars.len() {
        let (end, kind) = token(&chars, at);
        let piece: String = chars[at..end].iter().collect();
        match kind {
            Kind::Code => source.code.push_str(&piece),
            Kind::Comment | Kind::Text { .. } => {
                source.code.extend(piece.chars().map(|c| if c == '\n' { c } else { ' ' }));
            }
        }
        if let Kind::Text { open, close } = kind {
            source.strings.push((line, chars[at + open..end - close].iter().collect()));
        }
        if kind == Kind::Comment && !piece.starts_with("///") && !piece.starts_with("//!") {
            source.comments.push((line, piece.trim_start_matches('/').trim().to_owned()));
        }
        line += piece.matches('\n').count();
        at = end;
    }
    source
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Code,
    Comment,
    /// A string with the lengths of what opens and closes it.
    Text {
        open: usize,
        close: usize,
    },
}

/// The token that begins at `at`: where it ends and what it is.
fn token(chars: &[char], at: usize) -> (usize, Kind) {
    let is = |from: usize, text: &str| {
        text.chars().enumerate().all(|(offset, c)| chars.get(from + offset) == Some(&c))
    };
    let find = |from: usize, text: &str| {
        (from..chars.len()).find(|position| is(*position, text)).unwrap_or(chars.len())
    };
    let inside_a_name = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
    if is(at, "//") {
        return (find(at, "\n"), Kind::Comment);
    }
    if is(at, "/*") {
        return ((find(at, "*/") + 2).min(chars.len()), Kind::Comment);
    }
    if chars[at] == 'r' && !inside_a_name {
        let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
        if is(at + 1 + hashes, "\"") {
            let close = format!("\"{}", "#".repeat(hashes));
            let end = (find(at + hashes + 2, &close) + 1 + hashes).min(chars.len());
            return (end, Kind::Text { open: hashes + 2, close: hashes + 1 });
        }
    }
    if chars[at] == '"' {
        let mut end = at + 1;
        while end < chars.len() && chars[end] != '"' {
            end += if chars[end] == '\\' { 2 } else { 1 };
        }
        return ((end + 1).min(chars.len()), Kind::Text { open: 1, close: 1 });
    }
    // A character, which may be a quotation mark; a lifetime has no closing mark.
    if chars[at] == '\'' && is(at + 1, "\\") {
        return ((find(at + 3, "'") + 1).min(chars.len()), Kind::Text { open: 1, close: 1 });
    }
    if chars[at] == '\'' && chars.get(at + 2) == Some(&'\'') {
        return (at + 3, Kind::Text { open: 1, close: 1 });
    }
    (at + 1, Kind::Code)
}

/// Where the modules and functions under `#[cfg(test)]` stand in a code text.
fn test_ranges(code: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut from = 0;
    while let Some(start) = code[from..].find("#[cfg(test)]").map(|at| from + at) {
        let rest = &code[start..];
        let semicolon = rest.find(';').unwrap_or(rest.len());
        let length = match rest.find('{') {
            Some(brace) if brace < semicolon => brace + closing(&rest[brace..]),
            _ => (semicolon + 1).min(rest.len()),
        };
        from = start + length;
        ranges.push(start..from);
    }
    ranges
}

/// Blanks what is under `#[cfg(test)]`, so that only what ships is left.
fn without_tests(code: &str) -> String {
    let mut left = code.to_owned();
    for range in test_ranges(code) {
        let blank: String =
            code[range.clone()].bytes().map(|b| if b == b'\n' { '\n' } else { ' ' }).collect();
        left.replace_range(range, &blank);
    }
    left
}

/// Length of the block that `text` begins with.
fn closing(text: &str) -> usize {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return at + 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// Words of a code text in order: names, with the position of each.
fn words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + code[at..].find(is_name)?;
        let end = code[start..].find(|c| !is_name(c)).map_or(code.len(), |length| start + length);
        at = end;
        Some((start, &code[start..end]))
    })
}

/// The paths that begin at the crate's root, `use crate::{a, b::C}` taken apart: position and path.
fn crate_paths(code: &str) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    for (at, word) in words(code) {
        if word == "crate" && code[at + word.len()..].starts_with("::") {
            collect_paths(code, at + word.len() + 2, &mut Vec::new(), at, &mut found);
        }
    }
    found
}

/// Follows a path or a group of paths; returns where it ends.
fn collect_paths(
    code: &str,
    from: usize,
    above: &mut Vec<String>,
    at: usize,
    found: &mut Vec<(usize, Vec<String>)>,
) -> usize {
    let rest = &code[from..];
    let from = from + (rest.len() - rest.trim_start().len());
    let rest = &code[from..];
    if rest.starts_with('{') {
        let end = from + closing(rest);
        let mut next = from + 1;
        while next < end - 1 {
            next = collect_paths(code, next, above, at, found);
            next += code[next..end]
                .find(|c: char| c.is_alphanumeric() || "_{}".contains(c))
                .unwrap_or(end - next);
            if code[next..].starts_with('}') {
                break;
            }
        }
        return end;
    }
    let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    if length == 0 {
        return from + rest.chars().next().map_or(0, char::len_utf8);
    }
    above.push(rest[..length].to_owned());
    let end = if rest[length..].starts_with("::") && !rest[length..].starts_with("::<") {
        collect_paths(code, from + length + 2, above, at, found)
    } else {
        found.push((at, above.clone()));
        from + length
    };
    above.pop();
    end
}

/// The rooms in the order in which `src/lib.rs` declares them.
fn rooms(lib: &str) -> Vec<String> {
    let code = take_apart(lib).code;
    code.lines()
        .filter_map(|line| {
            let line = line.trim().strip_prefix("pub ").unwrap_or(line.trim());
            Some(line.strip_prefix("mod ")?.strip_suffix(';')?.to_owned())
        })
        .collect()
}

/// A room names only rooms above it, a slice names another one only by its façade, and the wire's
/// types are named where the wire is.
fn imports(file: &File, rooms: &[String]) -> Vec<String> {
    let Some(own) = file.room() else { return Vec::new() };
    if own == "main" {
        let code = take_apart(&file.text).code;
        return words(&code)
            .filter(|(at, word)| *word == "orgfit" && !code[at + 6..].starts_with("::cli"))
            .map(|_| format!("{}: the binary only calls the command line", file.path))
            .collect();
    }
    let rank = |room: &str| rooms.iter().position(|other| other == room);
    let code = take_apart(&file.text).code;
    let shipped = file.shipped();
    let mut findings = Vec::new();
    for (at, path) in crate_paths(&code) {
        let tests = !shipped.get(at..).is_some_and(|rest| rest.starts_with("crate"));
        let named = path[0].as_str();
        let place = format!("{}:{}: crate::{}", file.path, line_of(&code, at), path.join("::"));
        match (rank(own), rank(named)) {
            (_, None) => findings.push(format!("{place} is not a room of src/lib.rs")),
            (Some(mine), Some(theirs)) if theirs > mine => {
                findings.push(format!("{place} lies below {own} in src/lib.rs"));
            }
            _ => {}
        }
        let is_roof = ROOF.contains(&own);
        if named == "pb" && own != "pb" && !file.is_wire() && !is_roof && !tests {
            findings.push(format!("{place}: the contract is named in rpc.rs and wire.rs only"));
        }
        if named != own && !GROUND.contains(&named) && !ROOF.contains(&named) {
            let inner = path.get(1).map_or("", String::as_str);
            let deep = path.len() > 2 && inner.starts_with(|c: char| c.is_lowercase());
            if ["store", "rpc", "wire"].contains(&inner) || (deep && !is_roof) {
                findings.push(format!("{place} goes past the façade of {named}"));
            }
        }
    }
    let at_root = file.stem() == "mod" || !file.path["src/".len()..].contains('/');
    let escape = if at_root { "super::" } else { "super::super::" };
    if file.path.matches('/').count() <= 2 && shipped.contains(escape) {
        findings.push(format!("{}: name other rooms by crate::, not by super", file.path));
    }
    findings
}

/// SQL is spoken in stores, wire types in rpc.rs and wire.rs; nouns never wait.
fn storeys(file: &File) -> Vec<String> {
    let Some(room) = file.room() else { return Vec::new() };
    let shipped = file.shipped();
    let is_roof = ROOF.contains(&room);
    let mut findings = Vec::new();
    let mut find = |at: usize, sentence: &str| {
        findings.push(format!("{}:{}: {sentence}", file.path, line_of(&shipped, at)));
    };
    let sql = file.is_store()
        || room == "embedded"
        || SQL_ALLOWED.iter().any(|(path, _)| *path == file.path);
    let wire = file.is_wire() || is_roof || room == "pb";
    let is_slice = !GROUND.contains(&room) && !is_roof && file.path.contains(&format!("{room}/"));
    let waits = file.is_store()
        || wire
        || file.stem() == "mod"
        || ASYNC_ALLOWED.iter().any(|(path, _)| *path == file.path);
    for (at, word) in words(&shipped) {
        match word {
            "sqlx" if !sql => find(at, "SQL belongs in store.rs"),
            "tonic" | "tonic_types" | "prost" | "prost_types" if !wire => {
                let allowed = WIRE_ALLOWED
                    .iter()
                    .any(|(path, name, _)| *path == file.path && shipped[at..].starts_with(name));
                if !allowed {
                    find(at, "wire types belong in rpc.rs and wire.rs");
                }
            }
            "async" | "tokio" if is_slice && !waits => {
                find(at, "a noun decides and never waits: load, decide, save");
            }
            _ => {}
        }
    }
    findings
}

/// Each statement begins with the function that sends it, and writes only its own room's tables.
fn statements(file: &File) -> Vec<String> {
    let Some(room) = file.room().filter(|_| file.is_store()) else { return Vec::new() };
    let source = take_apart(&file.text);
    let shipped = file.shipped();
    let functions: BTreeSet<&str> = words(&shipped)
        .zip(words(&shipped).skip(1))
        .filter(|((_, first), _)| *first == "fn")
        .map(|(_, (_, name))| name)
        .collect();
    let last_line = shipped.trim_end().matches('\n').count() + 1;
    let mut findings = Vec::new();
    for (line, text) in source.strings.iter().filter(|(line, _)| *line <= last_line) {
        let text = text.replace("\\n", "\n");
        let place = format!("{}:{line}", file.path);
        if let Some(header) = text.strip_prefix("-- ") {
            let header = header.lines().next().unwrap_or("").trim();
            let name = header.strip_prefix(&format!("{room}::"));
            // A function with two statements tells them apart: find_unit, find_unit_by_key.
            let known = |name: &str| {
                functions.iter().any(|function| {
                    name.strip_prefix(function)
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
                })
            };
            if !name.is_some_and(known) {
                findings.push(format!("{place}: `-- {header}` names no function of this file"));
            }
        } else if is_statement(&text) {
            findings.push(format!("{place}: a statement begins with `-- {room}::function`"));
        }
        for table in written_tables(&text) {
            if !table.starts_with(&format!("{room}_")) {
                findings.push(format!("{place}: writes {table}, which is not a table of {room}"));
            }
        }
    }
    findings
}

fn is_statement(text: &str) -> bool {
    const VERBS: &[&str] =
        &["SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "COPY", "MERGE", "TRUNCATE", "CALL"];
    let mut words = text.split_whitespace();
    words.next().is_some_and(|first| VERBS.contains(&first)) && words.next().is_some()
}

/// The tables that a statement writes.
fn written_tables(text: &str) -> Vec<&str> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut tables = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let before = at.checked_sub(1).map_or("", |at| words[at]);
        let next = |offset: usize| words.get(at + offset).copied().unwrap_or("");
        let table = match *word {
            "INSERT" | "MERGE" if next(1) == "INTO" => next(2),
            "DELETE" if next(1) == "FROM" => next(2),
            "TRUNCATE" | "COPY" => next(1),
            "UPDATE" if !["FOR", "KEY", "DO", "OR"].contains(&before) => next(1),
            _ => continue,
        };
        let table = table.split(['(', ';', ',', ')']).next().unwrap_or("");
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if !table.is_empty() && table.chars().all(is_name) {
            tables.push(table);
        }
    }
    tables
}

/// A migration's tables carry the room of its file's name and are protected.
fn migrations(file: &File) -> Vec<String> {
    let Some(name) = file.path.strip_prefix("migrations/") else { return Vec::new() };
    let room = name.split(['_', '.']).nth(1).unwrap_or("");
    let sql: String = file
        .text
        .lines()
        .filter(|line| !line.trim_start().starts_with("--"))
        .collect::<Vec<_>>()
        .join("\n");
    let words: Vec<&str> = sql.split_whitespace().collect();
    let mut findings = Vec::new();
    for pair in words.windows(3).filter(|pair| pair[..2] == ["CREATE", "TABLE"]) {
        let table = pair[2].trim_end_matches('(');
        if !table.starts_with(&format!("{room}_")) {
            findings.push(format!("{}: table {table} does not begin with {room}_", file.path));
        }
        if !sql.contains(&format!("CALL base_protect('{table}'")) {
            findings.push(format!("{}: table {table} is not protected by base_protect", file.path));
        }
    }
    findings
}

/// A function of a code text: its name, its signature with what it returns, and its block.
struct Function<'a> {
    at: usize,
    name: &'a str,
    is_public: bool,
    /// What is given, and what is returned.
    given: &'a str,
    returned: &'a str,
    block: &'a str,
}

fn functions(code: &str) -> Vec<Function<'_>> {
    let mut found = Vec::new();
    for (at, word) in words(code) {
        let rest = &code[at + word.len()..];
        let Some(name) = words(rest).next().map(|(_, name)| name).filter(|_| word == "fn") else {
            continue;
        };
        let (Some(open), Some(brace)) = (rest.find('('), rest.find('{')) else { continue };
        let mut depth = 0;
        let close = rest[open..].char_indices().find_map(|(at, c)| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            (depth == 0).then_some(open + at)
        });
        let Some(close) = close.filter(|close| *close < brace) else { continue };
        found.push(Function {
            at,
            name,
            is_public: code[..at].trim_end().ends_with("pub"),
            given: &rest[open..=close],
            returned: &rest[close + 1..brace],
            block: &rest[brace..brace + closing(&rest[brace..])],
        });
    }
    found
}

/// Whether a text holds a whole word.
fn holds(code: &str, wanted: &str) -> bool {
    words(code).any(|(_, word)| word == wanted)
}

/// Where a text writes one of the numbered messages, by a literal or by a function of it.
fn written(code: &str) -> Vec<(usize, &str)> {
    words(code)
        .filter(|(at, word)| {
            let before = code[..*at].trim_end();
            let after = code[at + word.len()..].trim_start();
            let is_ours = before.ends_with("common::") || before.ends_with("pb::");
            let is_return = after.starts_with('{') && {
                let path =
                    before.trim_end_matches(|c: char| c.is_alphanumeric() || "_:".contains(c));
                path.trim_end().ends_with("->")
            };
            NUMBERED.contains(word)
                && is_ours
                && (after.starts_with("::") || after.starts_with('{'))
                && !is_return
        })
        .collect()
}

/// Numbers of results are written into the contract's messages in two files, whose functions are given
/// what disclosure made and no plain number.
fn published(file: &File) -> Vec<String> {
    let shipped = file.shipped();
    let room = file.room().unwrap_or_default();
    if room == "cli" || room == "pb" {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let mut find = |at: usize, sentence: String| {
        findings.push(format!("{}:{}: {sentence}", file.path, line_of(&shipped, at)));
    };
    let is_press = PRESSES.contains(&file.path.as_str());
    if !is_press {
        for (at, word) in written(&shipped) {
            find(at, format!("{word} is written in {} only", PRESSES.join(" and ")));
        }
        for (at, path) in crate_paths(&shipped) {
            let name = path.last().map_or("", String::as_str);
            if path[0] == "pb" && NUMBERED.contains(&name) {
                find(at, format!("{name} is named by its whole path, so that it shows"));
            }
        }
    }
    for (name, reader) in READERS {
        for (at, word) in words(&shipped) {
            let is_read = word == *name && shipped[at + word.len()..].starts_with("::decode");
            if is_read && file.path != *reader {
                find(at, format!("a stored {name} is read in {reader} only"));
            }
        }
    }
    if is_press {
        for function in functions(&shipped) {
            if written(function.block).is_empty() {
                continue;
            }
            let is_given = GIVEN.iter().any(|given| holds(function.given, given));
            let is_plain = PLAIN.iter().any(|plain| holds(function.given, plain));
            if !is_given || is_plain {
                let name = function.name;
                find(function.at, format!("{name} publishes: give it what disclosure made"));
            }
        }
    }
    findings
}

/// Types of numbers that anybody can make.
const PLAIN: &[&str] = &[
    "u8", "u16", "u32", "u64", "usize", "i8", "i16", "i32", "i64", "isize", "f32", "f64", "u128",
    "i128",
];

/// What may be told is made by disclosure: its types have no open field, and few functions make them.
fn sealed(file: &File) -> Vec<String> {
    if file.room() != Some("disclosure") {
        return Vec::new();
    }
    let shipped = file.shipped();
    let mut findings = Vec::new();
    let mut find = |at: usize, sentence: String| {
        findings.push(format!("{}:{}: {sentence}", file.path, line_of(&shipped, at)));
    };
    for name in TOLD {
        for (at, _) in shipped.match_indices(&format!("pub struct {name}")) {
            let rest = &shipped[at + "pub struct ".len() + name.len()..];
            let end = match rest.chars().next() {
                Some('(') => rest.find(';').unwrap_or(rest.len()),
                Some(' ') => rest.find('{').map_or(0, |brace| brace + closing(&rest[brace..])),
                _ => continue,
            };
            if rest[..end].contains("pub ") {
                find(at, format!("{name} has an open field, so that anybody makes one"));
            }
        }
    }
    let in_its_file = TOLD.iter().any(|name| shipped.contains(&format!("impl {name} {{")));
    for function in functions(&shipped).into_iter().filter(|function| function.is_public) {
        let place = (file.path.as_str(), function.name);
        let is_reader = holds(function.given, "self") && !holds(function.returned, "Self");
        let makes = (in_its_file && holds(function.returned, "Self"))
            || TOLD.iter().any(|name| holds(function.returned, name))
            || holds(function.returned, "Published");
        let is_known = CONSTRUCTORS.contains(&place) || MAKERS.contains(&place);
        if makes && !is_reader && !is_known {
            find(
                function.at,
                format!("{} makes what may be told; who may call it?", function.name),
            );
        }
    }
    findings
}

/// What is given to the press is made of disclosure's types alone.
fn given(files: &[File]) -> Vec<String> {
    let wanted = [
        ("src/insight/participation.rs", "Exact(Tally),"),
        ("src/insight/participation.rs", "AtLeast(Tally),"),
        ("src/insight/participation.rs", "Hidden(Hidden),"),
        ("src/insight/preview.rs", "pub extent: Extent,"),
        ("src/insight/preview.rs", "pub coverages: Vec<(String, Option<Figure>)>,"),
    ];
    let lacks = |(path, text): &&(&str, &str)| {
        !files.iter().any(|file| file.path == *path && file.shipped().contains(text))
    };
    wanted
        .iter()
        .filter(lacks)
        .map(|(path, text)| format!("{path}: no longer has {text}"))
        .collect()
}

/// Files say why they exist, are short, and have names that say something.
fn shape(file: &File) -> Vec<String> {
    let mut findings = Vec::new();
    if !file.is_rust() {
        return findings;
    }
    if !file.text.starts_with("//! ") {
        findings.push(format!("{}: begin with a //! header that says why it exists", file.path));
    }
    let source = take_apart(&file.text);
    let lines = file.text.lines().count()
        - test_ranges(&source.code)
            .into_iter()
            .map(|range| source.code[range].lines().count())
            .sum::<usize>();
    if file.path.starts_with("src/") && file.stem() != "tests" && lines > FILE_LINES_MAX {
        findings.push(format!("{}: {lines} lines; split it by meaning", file.path));
    }
    if ["util", "utils", "helper", "helpers", "manager", "common"].contains(&file.stem()) {
        findings.push(format!("{}: name the file for what it holds", file.path));
    }
    for (line, comment) in source.comments {
        if is_code(&comment) {
            findings.push(format!("{}:{line}: code that is commented out; delete it", file.path));
        }
    }
    findings
}

/// Whether a comment reads as code.
fn is_code(comment: &str) -> bool {
    let first = comment.split(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
    let keyword = ["let", "use", "pub", "fn", "return", "impl", "struct", "match"].contains(&first);
    let call = ["(", "=", "::"].iter().any(|sign| comment.contains(sign));
    let ends = |sign: char| comment.ends_with(sign);
    ends('{') || comment == "}" || comment == "});" || (ends(';') && (keyword || call))
}

/// Words that stand for something else here, and work that nobody wrote down.
fn vocabulary(file: &File) -> Vec<String> {
    const BANNED: &[(&str, &str)] =
        &[("survey", "wave or assessment"), ("employee_id", "person_id")];
    let mut findings = Vec::new();
    for (number, line) in file.text.lines().enumerate() {
        let place = format!("{}:{}", file.path, number + 1);
        let lower = line.to_lowercase();
        for (word, ours) in BANNED {
            if lower.contains(word) && !file.path.starts_with("tests/") {
                findings.push(format!("{place}: `{word}` is not our word; say {ours}"));
            }
        }
        for mark in ["TODO", "FIXME", "XXX"] {
            for (at, _) in line.match_indices(mark) {
                let number = line[at + mark.len()..].strip_prefix("(#");
                if !number.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
                    findings.push(format!("{place}: {mark} without the number of an issue, (#n)"));
                }
            }
        }
    }
    findings
}

/// Every snapshot and golden file belongs to a test that names it.
fn orphans(golden: &[String], tests: &[File]) -> Vec<String> {
    let named = |name: &str| {
        tests.iter().any(|file| {
            file.text.contains(&format!("fn {name}(")) || file.text.contains(&format!("\"{name}\""))
        })
    };
    let mut findings = Vec::new();
    for path in golden {
        let file = path.rsplit('/').next().unwrap_or(path);
        let known = match file.strip_suffix(".snap") {
            Some(snapshot) => {
                let name = snapshot.rsplit("__").next().unwrap_or(snapshot);
                let (stem, number) = name.rsplit_once('-').unwrap_or((name, ""));
                named(name) || (number.chars().all(|c| c.is_ascii_digit()) && named(stem))
            }
            None => tests.iter().any(|test| test.text.contains(file)),
        };
        if !known {
            findings.push(format!("{path}: no test reads it"));
        }
    }
    findings
}

fn collect(folder: &str, keep: &dyn Fn(&str) -> bool, found: &mut Vec<String>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let Ok(entries) = fs::read_dir(root.join(folder)) else { return };
    for entry in entries {
        let entry = entry.expect("the folder can be listed");
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&path, keep, found);
        } else if keep(&path) {
            found.push(path);
        }
    }
    found.sort();
}

fn read(folders: &[&str], endings: &[&str]) -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for folder in folders {
        collect(folder, &|path| endings.iter().any(|ending| path.ends_with(ending)), &mut paths);
    }
    paths
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(root.join(&path)).expect("the file is text");
            File { path, text }
        })
        .collect()
}

fn hold(findings: &[String]) {
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

fn every(files: &[File], rule: impl Fn(&File) -> Vec<String>) {
    hold(&files.iter().flat_map(rule).collect::<Vec<_>>());
}

fn sample(path: &str, text: &str) -> File {
    File { path: path.to_owned(), text: text.to_owned() }
}

#[test]
fn a_room_names_only_rooms_above_it() {
    let files = read(&["src"], &[".rs"]);
    let lib = files.iter().find(|file| file.path == "src/lib.rs").expect("the crate has a root");
    let rooms = rooms(&lib.text);
    assert!(rooms.len() >= 3, "src/lib.rs declares its rooms one a line");
    let rest: Vec<File> = read(&["src"], &[".rs"])
        .into_iter()
        .filter(|file| file.path != "src/lib.rs" && file.path != "src/pb.rs")
        .collect();
    every(&rest, |file| imports(file, &rooms));
}

#[test]
fn sql_and_wire_types_stay_in_their_storeys() {
    every(&read(&["src"], &[".rs"]), storeys);
}

#[test]
fn statements_name_their_function_and_write_their_own_tables() {
    every(&read(&["src"], &[".rs"]), statements);
}

#[test]
fn numbers_of_results_are_made_by_disclosure_and_written_in_few_files() {
    let files = read(&["src"], &[".rs"]);
    every(&files, published);
    every(&files, sealed);
    hold(&given(&files));
    let shipped = PRESSES
        .map(|press| files.iter().find(|file| file.path == press).expect("it is there").shipped());
    let written: BTreeSet<&str> =
        shipped.iter().flat_map(|press| written(press)).map(|(_, name)| name).collect();
    assert_eq!(written, NUMBERED.iter().copied().collect(), "each is written somewhere");
}

#[test]
fn tables_are_named_for_their_room_and_protected() {
    every(&read(&["migrations"], &[".sql"]), migrations);
}

#[test]
fn files_are_headed_short_and_well_named() {
    every(&read(&["src", "tests", "benches"], &[".rs"]), shape);
}

#[test]
fn the_words_are_ours() {
    let mut files = read(&["src", "proto", "migrations", "benches"], &[".rs", ".proto", ".sql"]);
    files.extend(read(&["tests"], &[".rs"]).into_iter().filter(|file| file.stem() != "tidy"));
    every(&files, vocabulary);
}

#[test]
fn no_snapshot_is_an_orphan() {
    let mut golden = Vec::new();
    collect("tests/golden", &|_| true, &mut golden);
    for folder in ["src", "tests"] {
        collect(folder, &|path| path.contains("/snapshots/"), &mut golden);
    }
    hold(&orphans(&golden, &read(&["src", "tests"], &[".rs"])));
}

#[test]
fn exceptions_name_files_that_exist() {
    let allowed = SQL_ALLOWED
        .iter()
        .map(|(path, _)| *path)
        .chain(WIRE_ALLOWED.iter().map(|(path, _, _)| *path))
        .chain(ASYNC_ALLOWED.iter().map(|(path, _)| *path));
    for path in allowed {
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(path).exists(), "{path} is gone");
    }
}

#[cfg(test)]
mod each_rule_can_fail {
    use super::*;

    fn order() -> Vec<String> {
        rooms("pub mod pb;\n\npub mod base;\npub mod directory;\nmod access;\npub mod server;\n")
    }

    fn found(text: &str, path: &str) -> usize {
        imports(&sample(path, text), &order()).len()
    }

    #[test]
    fn on_rooms_below() {
        assert_eq!(order(), ["pb", "base", "directory", "access", "server"]);
        assert_eq!(found("use crate::directory::Unit;", "src/access/grant.rs"), 0);
        assert_eq!(found("use crate::access::Grant;", "src/directory/unit.rs"), 1);
        assert_eq!(
            found("use crate::{base::Tx, access::{Grant, Key}};", "src/directory/unit.rs"),
            2
        );
        assert_eq!(found("fn f() { crate::server::start() }", "src/base/db.rs"), 1);
        assert_eq!(
            found("// crate::server::start\nconst S: &str = \"crate::server\";", "src/base/db.rs"),
            0
        );
        assert_eq!(found("use crate::nowhere::X;", "src/base/db.rs"), 1);
        assert_eq!(found("use super::super::access::Grant;", "src/directory/unit.rs"), 1);
        assert_eq!(found("use super::unit::Unit;", "src/directory/store.rs"), 0);
        assert_eq!(found("fn main() { orgfit::server::start() }", "src/main.rs"), 1);
        assert_eq!(found("fn main() { orgfit::cli::main() }", "src/main.rs"), 0);
    }

    #[test]
    fn on_facades_and_the_contract() {
        assert_eq!(found("use crate::directory::store;", "src/access/grant.rs"), 1);
        assert_eq!(found("use crate::directory::unit::Unit;", "src/access/grant.rs"), 1);
        assert_eq!(found("use crate::directory::Unit::Root;", "src/access/grant.rs"), 0);
        assert_eq!(found("use crate::directory::{unit_exists, Unit};", "src/access/grant.rs"), 0);
        assert_eq!(found("use crate::pb::access as pb;", "src/access/grant.rs"), 1);
        assert_eq!(found("use crate::pb::access as pb;", "src/access/rpc.rs"), 0);
        let in_tests = "#[cfg(test)]\nmod tests { use crate::pb::access; }";
        assert_eq!(found(in_tests, "src/access/grant.rs"), 0);
    }

    #[test]
    fn on_storeys() {
        let count = |path: &str, text: &str| storeys(&sample(path, text)).len();
        assert_eq!(count("src/access/grant.rs", "fn f() { sqlx::query(\"\") }"), 1);
        assert_eq!(count("src/access/store.rs", "fn f() { sqlx::query(\"\") }"), 0);
        assert_eq!(count("src/access/grant.rs", "use tonic::Status;"), 1);
        assert_eq!(count("src/access/wire.rs", "use tonic::Status;"), 0);
        assert_eq!(count("src/base/page.rs", "use prost::Message;"), 0);
        assert_eq!(count("src/base/page.rs", "use prost::Name;"), 1);
        assert_eq!(count("src/access/grant.rs", "async fn f() {}"), 1);
        assert_eq!(count("src/access/mod.rs", "async fn f() {}"), 0);
    }

    #[test]
    fn on_statements() {
        let count = |text: &str| statements(&sample("src/access/store.rs", text)).len();
        assert_eq!(count("fn f() { q(\"-- access::f\n UPDATE access_keys SET a = 1\") }"), 0);
        assert_eq!(count("fn f() { q(\"-- access::g\n SELECT 1\") }"), 1);
        assert_eq!(count("fn f() { q(\"SELECT 1 FROM access_keys\") }"), 1);
        assert_eq!(count("fn f() { q(\"-- access::f\\nDELETE FROM base_requests\") }"), 1);
        assert_eq!(count("fn f() { q(r#\"-- access::f\n INSERT INTO directory_units(a)\"#) }"), 1);
        assert_eq!(count("fn f() { q(\"-- access::f\n SELECT a FROM b FOR UPDATE OF b\") }"), 0);
        assert_eq!(
            count("fn f() {}\n#[cfg(test)]\nmod tests { const A: &str = \"SELECT 1\"; }"),
            0
        );
    }

    #[test]
    fn on_published_numbers() {
        let count = |path: &str, text: &str| published(&sample(path, text)).len();
        let literal = "fn f(n: i32) { common::Count { outcome: None } }";
        assert_eq!(count("src/insight/rpc/mod.rs", literal), 1);
        assert_eq!(count("src/access/wire.rs", literal), 1);
        assert_eq!(count("src/cli/demo/scorecard.rs", literal), 0);
        assert_eq!(count(PRESS, literal), 1, "from a plain number");
        assert_eq!(count(PRESS, "fn f(n: Tally) { common::Count { outcome: None } }"), 0);
        assert_eq!(count(PRESS, "fn f(n: Tally, m: u32) { common::Count { outcome: None } }"), 1);
        assert_eq!(count(PRESS, "fn f(n: &str) -> common::Count { g(n) }"), 0);
        let made = "fn f() { let mut e = common::Estimate::default(); e.value = 1.0; }";
        assert_eq!(count("src/insight/rpc/mod.rs", made), 1);
        assert_eq!(count("src/insight/rpc/mod.rs", "use crate::pb::common::{Count, Slice};"), 1);
        let names = "fn f() -> Result<pb::ListScoreBreakdownResponse> { g() }";
        assert_eq!(count("src/insight/rpc/mod.rs", names), 0);
        assert_eq!(count("src/insight/preview.rs", "fn f() { Extent::decode([9; 4]) }"), 1);
        assert_eq!(count("src/insight/store/read.rs", "fn f() { Extent::decode([9; 4]) }"), 0);
    }

    #[test]
    fn on_sealed_types() {
        let count = |text: &str| sealed(&sample("src/disclosure/steps.rs", text)).len();
        assert_eq!(count("pub struct Tally(pub(super) u32);"), 0);
        assert_eq!(count("pub struct Tally(pub u32);"), 1);
        assert_eq!(count("pub struct Figure { pub value: i64 }"), 1);
        assert_eq!(count("pub struct Figure { pub(super) value: i64 }"), 0);
        assert_eq!(count("pub fn share_of(part: u32, whole: u32) -> Option<Figure> { x() }"), 1);
        assert_eq!(count("pub(super) fn share_of(part: u32) -> Option<Figure> { x() }"), 0);
        assert_eq!(count("impl Tally { pub fn new(n: u32) -> Self { Self(n) } }"), 1);
        assert_eq!(count("impl Steps { pub fn late(&self) -> Tally { self.late } }"), 0);
        assert_eq!(count("impl Steps { pub fn plan(n: u32) -> Vec<Option<Self>> { x() } }"), 0);
        assert_eq!(given(&[]).len(), 5);
    }

    #[test]
    fn on_migrations() {
        let count = |text: &str| migrations(&sample("migrations/0003_access.sql", text)).len();
        assert_eq!(
            count("CREATE TABLE access_keys (\n);\nCALL base_protect('access_keys', 'SELECT');"),
            0
        );
        assert_eq!(
            count("CREATE TABLE access_keys (\n);\n-- CALL base_protect('access_keys', '')"),
            1
        );
        assert_eq!(count("CREATE TABLE units (\n);\nCALL base_protect('units', 'SELECT');"), 1);
    }

    #[test]
    fn on_shape() {
        let count = |path: &str, text: &str| shape(&sample(path, text)).len();
        assert_eq!(count("src/base/a.rs", "//! Why.\nfn f() {}\n"), 0);
        assert_eq!(count("src/base/a.rs", "fn f() {}\n"), 1);
        assert_eq!(count("src/base/util.rs", "//! Why.\n"), 1);
        assert_eq!(count("src/base/a.rs", "//! Why.\n// let x = f();\n"), 1);
        assert_eq!(
            count(
                "src/base/a.rs",
                "//! Why.\n// The server lets go of it; the next one takes it.\n"
            ),
            0
        );
        let long = format!("//! Why.\n{}", "fn f() {}\n".repeat(FILE_LINES_MAX));
        assert_eq!(count("src/base/a.rs", &long), 1);
        let tested =
            format!("//! Why.\n#[cfg(test)]\nmod tests {{\n{}}}\n", "fn f() {}\n\n".repeat(600));
        assert_eq!(count("src/base/a.rs", &tested), 0);
    }

    #[test]
    fn on_words_and_orphans() {
        let count = |text: &str| vocabulary(&sample("src/base/a.rs", text)).len();
        assert_eq!(count("// the Survey of employee_id\n"), 2);
        assert_eq!(count("// TODO mend\n// TODO(#12) mend\n"), 1);
        let tests = [sample("tests/it/a.rs", "fn a_test() { read(\"api.txt\") }")];
        let golden = ["tests/golden/api.txt", "tests/it/snapshots/it__a__a_test-2.snap"];
        assert_eq!(orphans(&golden.map(str::to_owned), &tests), Vec::<String>::new());
        let golden = ["tests/golden/old.txt", "tests/it/snapshots/it__a__gone.snap"];
        assert_eq!(orphans(&golden.map(str::to_owned), &tests).len(), 2);
    }
}
