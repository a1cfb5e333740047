//! The generated contract: one module per proto package.
#![allow(
    clippy::all,
    clippy::pedantic,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::str_to_string,
    clippy::wildcard_enum_match_arm,
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    reason = "generated code"
)]

/// The whole contract as an encoded `FileDescriptorSet`, comments included.
pub const DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptor.bin"));

pub mod orgfit {
    pub mod common {
        pub mod v1 {
            tonic::include_proto!("orgfit.common.v1");
        }
    }
    pub mod directory {
        pub mod v1 {
            tonic::include_proto!("orgfit.directory.v1");
        }
    }
    pub mod access {
        pub mod v1 {
            tonic::include_proto!("orgfit.access.v1");
        }
    }
    pub mod instrument {
        pub mod v1 {
            tonic::include_proto!("orgfit.instrument.v1");
        }
    }
    pub mod respondent {
        pub mod v1 {
            tonic::include_proto!("orgfit.respondent.v1");
        }
    }
    pub mod assessment {
        pub mod v1 {
            tonic::include_proto!("orgfit.assessment.v1");
        }
    }
    pub mod insight {
        pub mod v1 {
            tonic::include_proto!("orgfit.insight.v1");
        }
    }
    pub mod intake {
        pub mod v1 {
            tonic::include_proto!("orgfit.intake.v1");
        }
    }
}

pub use orgfit::access::v1 as access;
pub use orgfit::assessment::v1 as assessment;
pub use orgfit::common::v1 as common;
pub use orgfit::directory::v1 as directory;
pub use orgfit::insight::v1 as insight;
pub use orgfit::instrument::v1 as instrument;
pub use orgfit::intake::v1 as intake;
pub use orgfit::respondent::v1 as respondent;
