//! The user that the server runs as. PostgreSQL refuses root, so root steps down to the owner of an
//! existing cluster, else to `postgres`, else to `nobody`.
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::error::{EmbeddedError, io};
use super::place::Place;

/// The user of the server, and whether this process has to change to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) name: String,
    /// This process is root and starts the server as somebody else.
    pub(super) steps_down: bool,
}

impl Identity {
    /// Chooses by who runs this process and who owns the cluster.
    pub(super) fn choose(place: &Place) -> Result<Self, EmbeddedError> {
        let (uid, gid) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
        let owner = place.owner()?;
        if uid != 0 {
            return match owner {
                Some((owner, _)) if owner != uid => Err(EmbeddedError::OtherOwner {
                    path: place.server_dir().to_path_buf(),
                    owner,
                    user: uid,
                }),
                _ => Ok(Self {
                    uid,
                    gid,
                    name: format!("the user with id {uid}"),
                    steps_down: false,
                }),
            };
        }
        let users = std::fs::read_to_string("/etc/passwd").map_err(io("reading", "/etc/passwd"))?;
        match owner {
            Some((owner, group)) if owner != 0 => Ok(Self {
                uid: owner,
                gid: group,
                name: format!("the user with id {owner}"),
                steps_down: true,
            }),
            _ => ["postgres", "nobody"]
                .iter()
                .find_map(|name| find_user(&users, name))
                .ok_or(EmbeddedError::NoUser),
        }
    }

    /// Makes sure that the server's user can enter `dir` and every directory above it. `dir`
    /// itself may be missing yet or belong to that user.
    pub(super) fn require_reach(&self, dir: &Path) -> Result<(), EmbeddedError> {
        if !self.steps_down {
            return Ok(());
        }
        let mut above: Vec<PathBuf> = dir.ancestors().skip(1).map(Path::to_path_buf).collect();
        above.reverse();
        for path in above {
            let about = std::fs::metadata(&path).map_err(io("looking at", &path))?;
            if !self.may_enter(about.uid(), about.gid(), about.mode()) {
                return Err(EmbeddedError::OutOfReach { path, user: self.name.clone() });
            }
        }
        Ok(())
    }

    fn may_enter(&self, owner: u32, group: u32, mode: u32) -> bool {
        let bit = match (owner == self.uid, group == self.gid) {
            (true, _) => 0o100,
            (false, true) => 0o010,
            (false, false) => 0o001,
        };
        mode & bit != 0
    }
}

/// Finds a user that is not root in the text of `/etc/passwd`.
fn find_user(users: &str, name: &str) -> Option<Identity> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != name {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok().filter(|uid| *uid != 0)?;
        let gid = fields.next()?.parse().ok()?;
        Some(Identity { uid, gid, name: format!("the user {name}"), steps_down: true })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_found_by_their_whole_name_and_never_root() {
        let users = "root:x:0:0::/root:/bin/sh\npostgres2:x:7:7::/:/bin/sh\npostgres:x:101:104:,,,:/var:/bin/sh\n";
        let user = find_user(users, "postgres").unwrap();
        assert_eq!((user.uid, user.gid), (101, 104));
        assert_eq!(find_user(users, "root"), None);
        assert_eq!(find_user(users, "nobody"), None);
    }

    #[test]
    fn the_nearest_class_of_a_directory_decides_who_may_enter() {
        let user = find_user("postgres:x:101:104::/:/", "postgres").unwrap();
        assert!(user.may_enter(0, 0, 0o711));
        assert!(!user.may_enter(0, 0, 0o700));
        assert!(!user.may_enter(101, 0, 0o077));
        assert!(!user.may_enter(0, 104, 0o701));
        assert!(user.may_enter(0, 104, 0o710));
    }
}
