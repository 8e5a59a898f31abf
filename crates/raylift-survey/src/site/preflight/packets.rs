//! Values that make a statement longer than the server takes. In a dump a byte of a value of bytes becomes two characters.
//! Of `DLContent`, the document store in the database, the column with the size is read; of the others only tables that are
//! large enough to hold such a value, and no larger than 1 GiB, are read, whole.

use super::{Ask, Check};

pub(super) const CHECK: Check = Check {
    name: "packets",
    postgresql: Ask::Nothing,
    mysql: Ask::Made(
        "SELECT CONCAT('SELECT CONCAT(CONVERT(0x', HEX(CONCAT(col.TABLE_NAME, '.', col.COLUMN_NAME)), ' USING \
            utf8mb4), '': '', MAX(', IF(LOWER(col.TABLE_NAME) = 'dlcontent', 'size_', CONCAT('LENGTH(`', \
            REPLACE(col.COLUMN_NAME, '`', '``'), '`)')), '), '' bytes, max_allowed_packet is '', \
            @@global.max_allowed_packet) FROM `', REPLACE(col.TABLE_NAME, '`', '``'), '` HAVING MAX(', \
            IF(LOWER(col.TABLE_NAME) = 'dlcontent', 'size_', CONCAT('LENGTH(`', REPLACE(col.COLUMN_NAME, '`', '``'), \
            '`)')), ') * ', IF(col.DATA_TYPE LIKE '%blob', 2, 1), ' > @@global.max_allowed_packet') \
            FROM information_schema.COLUMNS col \
            JOIN information_schema.TABLES tab ON tab.TABLE_SCHEMA = col.TABLE_SCHEMA \
            AND tab.TABLE_NAME = col.TABLE_NAME AND tab.TABLE_TYPE = 'BASE TABLE' WHERE col.TABLE_SCHEMA = DATABASE() \
            AND col.DATA_TYPE IN ('mediumblob', 'longblob', 'mediumtext', 'longtext') \
            AND tab.DATA_LENGTH * 2 > @@global.max_allowed_packet AND (tab.DATA_LENGTH <= 1073741824 \
            OR LOWER(tab.TABLE_NAME) = 'dlcontent') ORDER BY col.TABLE_NAME, col.COLUMN_NAME",
    ),
};
