//! Groups of figures that are always there together: what they hold, who reads them, and their stored
//! form, in one place each.

/// Defines a group of figures.
macro_rules! figures {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $field:ident,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name {
            $(pub(in crate::disclosure) $field: Released<Figure>,)+
        }

        impl $name {
            $($(#[$doc])*
            pub fn $field(&self) -> Released<Figure> {
                self.$field
            })+

            /// None of them, for one reason.
            pub(in crate::disclosure) fn hidden(reason: Hidden) -> Self {
                Self { $($field: Released::Hidden(reason),)+ }
            }

            pub(super) fn write(&self, writer: &mut Writer) {
                $(writer.figure(&self.$field);)+
            }

            pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
                Some(Self { $($field: reader.figure()?,)+ })
            }
        }
    };
}

pub(super) use figures;
