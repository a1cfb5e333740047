//! Writes to the terminal: results to standard output, progress to standard error. A reader that
//! closes its end early, as `head` does, is no failure.
use std::fmt::Display;
use std::io::{ErrorKind, IsTerminal, Write};

/// How the streams are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Console {
    colour: bool,
    progress: bool,
}

/// A colour of the terminal.
#[derive(Clone, Copy, Debug)]
pub(super) enum Colour {
    Bold,
    Dim,
    Green,
    Cyan,
}

impl Colour {
    fn code(self) -> u8 {
        match self {
            Self::Bold => 1,
            Self::Dim => 2,
            Self::Green => 32,
            Self::Cyan => 36,
        }
    }
}

impl Console {
    /// Looks at the streams; `plain` keeps colours out.
    pub(super) fn new(plain: bool) -> Self {
        Self {
            colour: !plain && std::io::stdout().is_terminal(),
            progress: std::io::stderr().is_terminal(),
        }
    }

    /// A text in a colour, on a terminal.
    pub(super) fn paint(self, colour: Colour, text: impl Display) -> String {
        if self.colour {
            format!("\u{1b}[{}m{text}\u{1b}[0m", colour.code())
        } else {
            text.to_string()
        }
    }

    /// A text on a background of the 256-colour palette, on a terminal.
    pub(super) fn fill(self, background: u8, text: impl Display) -> String {
        if self.colour {
            format!("\u{1b}[48;5;{background};38;5;16m{text}\u{1b}[0m")
        } else {
            text.to_string()
        }
    }

    /// Whether colours are shown.
    pub(super) fn has_colour(self) -> bool {
        self.colour
    }

    /// Shows how far something is, on a terminal only; overwrites what it showed before.
    pub(super) fn progress(self, what: &str, done: usize, total: usize) {
        if !self.progress {
            return;
        }
        let percent = done.saturating_mul(100) / total.max(1);
        let filled = "█".repeat(percent / 5);
        let text = format!("\r{what}  {filled:<20}  {percent:>3} %  {done} of {total} rows");
        // A progress bar that cannot be drawn is not worth a failure.
        let mut stream = std::io::stderr().lock();
        let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
    }

    /// Ends the line of a progress bar.
    pub(super) fn end_progress(self) {
        if self.progress {
            let _ = std::io::stderr().lock().write_all(b"\n");
        }
    }
}

/// Writes a line to standard output.
pub(super) fn line(text: impl Display) -> std::io::Result<()> {
    tolerate(writeln!(std::io::stdout().lock(), "{text}"))
}

/// Writes a remark to standard error.
pub(super) fn note(text: impl Display) -> std::io::Result<()> {
    tolerate(writeln!(std::io::stderr().lock(), "{text}"))
}

fn tolerate(written: std::io::Result<()>) -> std::io::Result<()> {
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
