//! What the database and the document store are looked at for.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One check. The survey has its questions, the plan what an answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckName {
    /// Companies without an administrator.
    Administrators,
    /// The database's character set.
    CharacterSet,
    /// Tables with columns of another character set or collation than the database.
    Collations,
    /// Connections that are left on the server.
    Connections,
    /// Counters behind the largest id in use.
    Counters,
    /// Rows that a unique index of the release to come does not allow.
    Duplicates,
    /// Foreign keys, of which Liferay makes none.
    ForeignKeys,
    /// Generated columns.
    GeneratedColumns,
    /// Companies without a guest.
    GuestUsers,
    /// Sessions that the user is not shown.
    HiddenSessions,
    /// Settings that limit indexes.
    IndexLimits,
    /// Tables of other owners.
    Owners,
    /// Values that are too long for a statement.
    Packets,
    /// Tables that were too large to be read for [`CheckName::Packets`].
    PacketsUnread,
    /// Rights that the user lacks.
    Privileges,
    /// A database that takes no writes.
    ReadOnly,
    /// Copies of the database, and what they keep.
    Replication,
    /// Tables of other engines and of old row formats.
    RowFormat,
    /// Columns and indexes of all tables; there only where they were not told.
    Schema,
    /// Files of the document store that the site's user may not read or write.
    StoreAccess,
    /// Files of the document store that lie where the store has none.
    StoreLayout,
    /// Tables of another default collation than the database.
    TableCollations,
    /// Names of tables that are ambiguous by their case.
    TableNames,
    /// Columns that hold no characters of four bytes.
    ThreeBytes,
    /// Transactions that have been open for long.
    Transactions,
    /// Triggers.
    Triggers,
    /// Connections that are left to the user.
    UserConnections,
    /// Views that read the site's tables.
    Views,
}

impl CheckName {
    /// Its stable name in facts and findings.
    pub fn word(self) -> &'static str {
        match self {
            Self::Administrators => "administrators",
            Self::CharacterSet => "character-set",
            Self::Collations => "collations",
            Self::Connections => "connections",
            Self::Counters => "counters",
            Self::Duplicates => "duplicates",
            Self::ForeignKeys => "foreign-keys",
            Self::GeneratedColumns => "generated-columns",
            Self::GuestUsers => "guest-users",
            Self::HiddenSessions => "hidden-sessions",
            Self::IndexLimits => "index-limits",
            Self::Owners => "owners",
            Self::Packets => "packets",
            Self::PacketsUnread => "packets-unread",
            Self::Privileges => "privileges",
            Self::ReadOnly => "read-only",
            Self::Replication => "replication",
            Self::RowFormat => "row-format",
            Self::Schema => "schema",
            Self::StoreAccess => "store-access",
            Self::StoreLayout => "store-layout",
            Self::TableCollations => "table-collations",
            Self::TableNames => "table-names",
            Self::ThreeBytes => "three-bytes",
            Self::Transactions => "transactions",
            Self::Triggers => "triggers",
            Self::UserConnections => "user-connections",
            Self::Views => "views",
        }
    }
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
