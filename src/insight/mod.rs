//! Results: releases, and the numbers that they publish.
//!
//! Invariant: every number that leaves is a figure of `disclosure`.
