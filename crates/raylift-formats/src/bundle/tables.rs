//! Tables that a Service Builder module makes: `META-INF/sql/tables.sql`.

/// Names of the tables in the order of the file, as written: the word after each `create table`.
pub(super) fn names(sql: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(sql).replace('(', " ( ");
    let words: Vec<&str> = text.split_whitespace().collect();
    words
        .windows(3)
        .filter_map(|window| match window {
            [create, table, name]
                if create.eq_ignore_ascii_case("create") && table.eq_ignore_ascii_case("table") =>
            {
                Some((*name).to_owned())
            }
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_whatever_stands_around_them() {
        let sql = b"create table A_Entry (\n\ta LONG not null\n);\n\nCREATE TABLE B(x LONG);\ncreate index c on A_Entry (a);";
        assert_eq!(names(sql), ["A_Entry", "B"]);
        assert_eq!(names(b"create table"), Vec::<String>::new());
    }
}
