//! What was found in a company, and what was counted on the way.
#![expect(clippy::print_stdout, reason = "tells what was found")]
use std::collections::BTreeMap;

/// Groups that are described of each kind and company.
const DESCRIBED_MAX: usize = 2;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// By kind of attack, how often, and the first ones in words.
    pub(super) found: BTreeMap<&'static str, (usize, Vec<String>)>,
    /// Other numbers.
    pub(super) counts: BTreeMap<&'static str, usize>,
}

impl Report {
    /// Something was found.
    pub(super) fn find(&mut self, kind: &'static str, describe: impl FnOnce() -> String) {
        let (count, texts) = self.found.entry(kind).or_default();
        *count += 1;
        if texts.len() < DESCRIBED_MAX {
            texts.push(describe());
        }
    }

    /// Adds to a number.
    pub(super) fn count(&mut self, name: &'static str, more: usize) {
        *self.counts.entry(name).or_default() += more;
    }

    /// How much was found of a kind.
    pub(super) fn found_of(&self, kind: &str) -> usize {
        self.found.get(kind).map_or(0, |(count, _)| *count)
    }

    /// Tells what was found in a company.
    pub(super) fn tell(&self, company: &str) {
        for (kind, (count, texts)) in &self.found {
            println!("{company}: {kind}: {count}");
            for text in texts {
                println!("    {text}");
            }
        }
    }

    /// Adds a company's to those of all.
    pub(super) fn add(&mut self, other: Self) {
        for (kind, (count, texts)) in other.found {
            let (all, mine) = self.found.entry(kind).or_default();
            *all += count;
            mine.extend(texts);
        }
        for (name, count) in other.counts {
            self.count(name, count);
        }
    }
}
