//! Pure statistics on whole numbers: sufficient statistics that are merged, and what is computed
//! from them.
