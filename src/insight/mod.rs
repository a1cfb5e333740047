//! Results: releases, and the numbers that they publish.
//!
//! Invariant: every number that leaves is a figure of `disclosure`.
mod answers;
mod climb;
mod compute;
mod draft;
mod subject;
