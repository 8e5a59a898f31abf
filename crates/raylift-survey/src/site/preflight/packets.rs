//! Values that make a statement longer than the server takes. In a dump a byte of a value of bytes becomes two characters.
//! Of `DLContent`, the document store in the database, the column with the size is read; of the others only tables that are
//! large enough to hold such a value are read, whole and once each, the small ones first.

use raylift_model::facts::CheckName;

use super::{Ask, Check, Made};
use crate::machine::QueryRows;

/// Bytes read in all tables together; tables beyond it are left out. At 20 MB/s a bridge's limit of 100 seconds holds that.
const MOST: u64 = 2 << 30;

pub(super) const CHECK: Check = Check {
    name: CheckName::Packets,
    postgresql: Ask::Nothing,
    mysql: Ask::Made(
        "SELECT col.TABLE_NAME, col.COLUMN_NAME, IF(col.DATA_TYPE LIKE '%blob', 2, 1), tab.DATA_LENGTH \
            FROM information_schema.COLUMNS col \
            JOIN information_schema.TABLES tab ON tab.TABLE_SCHEMA = col.TABLE_SCHEMA \
            AND tab.TABLE_NAME = col.TABLE_NAME AND tab.TABLE_TYPE = 'BASE TABLE' WHERE col.TABLE_SCHEMA = DATABASE() \
            AND col.DATA_TYPE IN ('mediumblob', 'longblob', 'mediumtext', 'longtext') \
            AND tab.DATA_LENGTH * 2 > @@global.max_allowed_packet \
            ORDER BY tab.DATA_LENGTH, col.TABLE_NAME, col.COLUMN_NAME",
        made,
    ),
};

/// A table with long columns.
struct Table {
    name: String,
    bytes: u64,
    /// What each column's check is.
    columns: Vec<String>,
}

fn made(rows: &QueryRows) -> Made {
    let mut made = Made {
        queries: Vec::new(),
        left_out: Vec::new(),
    };
    let mut read: u64 = 0;
    let mut chosen = Vec::new();
    for table in tables(rows) {
        let needed = match is_store(&table.name) {
            true => 0,
            false => table.bytes,
        };
        if read.saturating_add(needed) > MOST {
            made.left_out
                .push(format!("{}: {} MiB", table.name, table.bytes >> 20));
            continue;
        }
        read += needed;
        chosen.push(table);
    }
    chosen.sort_by(|one, two| one.name.cmp(&two.name));
    made.queries = chosen.iter().map(query).collect();
    made
}

fn query(table: &Table) -> String {
    format!(
        "SELECT CONCAT_WS('; ', {}) AS told FROM {} HAVING told <> ''",
        table.columns.join(", "),
        quoted(&table.name)
    )
}

/// The rows of one table follow each other.
fn tables(rows: &QueryRows) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    for row in rows {
        let [Some(name), Some(column), Some(factor), Some(bytes)] = row.as_slice() else {
            continue;
        };
        let (Ok(factor), Ok(bytes)) = (factor.parse::<u64>(), bytes.parse::<u64>()) else {
            continue;
        };
        let told = column_told(name, column, factor);
        match tables.last_mut().filter(|table| table.name == *name) {
            Some(table) => table.columns.push(told),
            None => tables.push(Table {
                name: name.clone(),
                bytes,
                columns: vec![told],
            }),
        }
    }
    tables
}

/// NULL where its values are short enough, which `CONCAT_WS` leaves out.
fn column_told(table: &str, column: &str, factor: u64) -> String {
    let longest = match is_store(table) {
        true => "MAX(size_)".to_owned(),
        false => format!("MAX(LENGTH({}))", quoted(column)),
    };
    let name: String = format!("{table}.{column}")
        .bytes()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    format!(
        "IF({longest} * {factor} > @@global.max_allowed_packet, CONCAT(CONVERT(0x{name} USING utf8mb4), ': ', {longest}, \
        ' bytes, max_allowed_packet is ', @@global.max_allowed_packet), NULL)"
    )
}

fn is_store(table: &str) -> bool {
    table.eq_ignore_ascii_case("dlcontent")
}

fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}
