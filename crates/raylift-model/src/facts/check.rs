//! What the database and the document store are looked at for.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Each check and its word, which stands for it in facts, too.
macro_rules! checks {
    ($($(#[$about:meta])+ $check:ident = $word:literal,)+) => {
        /// One check. The survey has its questions, the plan what an answer means.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum CheckName {
            $($(#[$about])+ #[serde(rename = $word)] $check,)+
        }

        impl CheckName {
            /// Its stable name in facts and findings.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$check => $word,)+
                }
            }
        }
    };
}

checks! {
    /// Companies without an administrator.
    Administrators = "administrators",
    /// The database's character set.
    CharacterSet = "character-set",
    /// Tables with columns of another character set or collation than the database.
    Collations = "collations",
    /// Connections that are left on the server.
    Connections = "connections",
    /// Counters behind the largest id in use.
    Counters = "counters",
    /// Rows that a unique index of the release to come does not allow.
    Duplicates = "duplicates",
    /// Foreign keys, of which Liferay makes none.
    ForeignKeys = "foreign-keys",
    /// Generated columns.
    GeneratedColumns = "generated-columns",
    /// Companies without a guest.
    GuestUsers = "guest-users",
    /// Sessions that the user is not shown.
    HiddenSessions = "hidden-sessions",
    /// Settings that limit indexes.
    IndexLimits = "index-limits",
    /// Tables of other owners.
    Owners = "owners",
    /// Values that are too long for a statement.
    Packets = "packets",
    /// Tables that were too large to be read for [`CheckName::Packets`].
    PacketsUnread = "packets-unread",
    /// Rights that the user lacks.
    Privileges = "privileges",
    /// A database that takes no writes.
    ReadOnly = "read-only",
    /// Copies of the database, and what they keep.
    Replication = "replication",
    /// Tables of other engines and of old row formats.
    RowFormat = "row-format",
    /// Columns and indexes of all tables; there only where they were not told.
    Schema = "schema",
    /// Files of the document store that the site's user may not read or write.
    StoreAccess = "store-access",
    /// Files of the document store that lie where the store has none.
    StoreLayout = "store-layout",
    /// Tables of another default collation than the database.
    TableCollations = "table-collations",
    /// Names of tables that are ambiguous by their case.
    TableNames = "table-names",
    /// Columns that hold no characters of four bytes.
    ThreeBytes = "three-bytes",
    /// Transactions that have been open for long.
    Transactions = "transactions",
    /// Triggers.
    Triggers = "triggers",
    /// Connections that are left to the user.
    UserConnections = "user-connections",
    /// Views that read the site's tables.
    Views = "views",
}

impl fmt::Display for CheckName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word())
    }
}

/// A table with columns of another character set or collation than the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableCollations {
    /// Its name.
    pub table: String,
    /// Collations of all its columns that have one, each once.
    pub columns: Vec<String>,
    /// The database's own.
    pub database: String,
}

impl fmt::Display for TableCollations {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (table, columns) = (&self.table, self.columns.join(", "));
        write!(
            formatter,
            "{table}: {columns}, the database has {}",
            self.database
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_have_the_same_words() {
        for name in [
            CheckName::ReadOnly,
            CheckName::PacketsUnread,
            CheckName::Views,
        ] {
            let written = serde_json::to_string(&name).unwrap();
            assert_eq!(written, format!("\"{}\"", name.word()));
        }
    }
}
